// CAST and CONVERT: a value brought to another type.

import { columnType, familyOf, typeText, type ColumnType } from '../catalog/column-type.js';
import type { Bound } from './scope.js';

/** CAST. https://dev.mysql.com/doc/refman/8.0/en/cast-functions.html#function_cast */
export function castTo(operand: Bound, type: ColumnType): Bound {
  const { sql } = operand;
  switch (familyOf(type)) {
    case 'integer':
    case 'year':
    case 'bit':
      return { sql: `CAST(my__round(my__number(${sql}), 0) AS INTEGER)`, type };
    case 'decimal':
      return { sql: `my__round(my__number(${sql}), ${type.scale})`, type };
    case 'real':
      return { sql: `CAST(my__number(${sql}) AS REAL)`, type };
    case 'date':
      return { sql: `my__date(${sql})`, type };
    case 'datetime':
      return { sql: `my__datetime(${sql})`, type };
    case 'time':
      return { sql: `my__time(${sql})`, type };
    case 'bytes':
      return { sql: `CAST(${sql} AS BLOB)`, type };
    case 'json':
      return { sql, type };
    case 'text':
    case 'null':
      return castToText(operand, type);
  }
}

function castToText(operand: Bound, type: ColumnType): Bound {
  const scale = operand.type !== null && familyOf(operand.type) === 'decimal' ? operand.type.scale : 0;
  const text = scale > 0 ? `printf('%.${scale}f', ${operand.sql})` : `my__char(${operand.sql})`;
  // printf() makes a text even of NULL.
  const sql = scale > 0 ? `iif(${operand.sql} IS NULL, NULL, ${text})` : text;
  const cut =
    typeText(type).startsWith('char(') && type.length !== null ? `my_left(${sql}, ${type.length})` : sql;
  return { sql: cut, type: columnType('varchar', { length: type.length ?? 255 }) };
}
