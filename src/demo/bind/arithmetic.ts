// Arithmetic: what the operators give, and of which type.

import { familyOf, isNumeric, types, type ColumnType } from '../catalog/column-type.js';
import { widest } from '../functions/number-functions.js';
import type { Bound } from './scope.js';

/** `+ - * / DIV %` of two values. */
export function bindArithmetic(operator: string, left: Bound, right: Bound): Bound {
  const whole = [left, right].every(
    ({ type }) => type !== null && ['integer', 'year'].includes(familyOf(type)),
  );
  switch (operator) {
    case '/':
      return { sql: `(${left.sql} * 1.0 / ${right.sql})`, type: quotientType(left.type, right.type) };
    case 'DIV':
      return {
        sql: `CAST(${left.sql}${whole ? '' : ' * 1.0'} / ${right.sql} AS INTEGER)`,
        type: types.bigint,
      };
    case '%':
    case 'MOD':
      if (whole) return { sql: `(${left.sql} % ${right.sql})`, type: types.bigint };
      return { sql: `my__mod(${left.sql}, ${right.sql})`, type: sumType(left.type, right.type) };
    case '*':
      return { sql: `(${left.sql} * ${right.sql})`, type: productType(left.type, right.type) };
    default:
      return { sql: `(${left.sql} ${operator} ${right.sql})`, type: sumType(left.type, right.type) };
  }
}

function sumType(left: ColumnType | null, right: ColumnType | null): ColumnType | null {
  if (left === null || right === null) return null;
  if (!isNumeric(left) || !isNumeric(right)) return types.double;
  const type = widest([left, right]);
  return type !== null && familyOf(type) === 'integer' ? types.bigint : type;
}

function productType(left: ColumnType | null, right: ColumnType | null): ColumnType | null {
  const type = sumType(left, right);
  if (type?.base !== 'decimal') return type;
  return types.decimal((type.length ?? 10) * 2, (left?.scale ?? 0) + (right?.scale ?? 0));
}

function quotientType(left: ColumnType | null, right: ColumnType | null): ColumnType | null {
  if (left === null || right === null) return null;
  const exact = [left, right].every((type) => ['integer', 'decimal', 'year'].includes(familyOf(type)));
  return exact ? types.decimal((left.length ?? 10) + 4, left.scale + 4) : types.double;
}
