// Reading column types, in CREATE TABLE and in CAST.

import { baseTypeNamed, columnType, type ColumnType } from '../catalog/column-type.js';
import { parenthesised, type Cursor } from './cursor.js';

/** @param where in a CAST, SIGNED and UNSIGNED are types, and CHAR without a length has no limit */
export function parseType(cursor: Cursor, where: 'column' | 'cast'): ColumnType {
  const word = cursor.anyWord().toUpperCase();
  if (where === 'cast' && (word === 'SIGNED' || word === 'UNSIGNED')) {
    if (!cursor.accept('INTEGER')) cursor.accept('INT');
    return columnType('bigint', { unsigned: word === 'UNSIGNED' });
  }
  if (word === 'DOUBLE') cursor.accept('PRECISION');
  if (word === 'NATIONAL') return parseType(cursor, where);
  const base = baseTypeNamed(word === 'LONG' ? 'mediumtext' : word);
  if (base === undefined) throw cursor.syntaxError();
  const type = readSize(cursor, columnType(base, defaults(base, word, where)));
  return readOptions(cursor, type);
}

function defaults(base: ColumnType['base'], word: string, where: 'column' | 'cast'): Partial<ColumnType> {
  if (word === 'BOOL' || word === 'BOOLEAN') return { length: 1 };
  if (base === 'decimal') return { length: 10 };
  if (where === 'cast' && (base === 'char' || base === 'binary')) return { length: 255 };
  return {};
}

function readSize(cursor: Cursor, type: ColumnType): ColumnType {
  if (!cursor.atOperator('(')) return type;
  if (type.base === 'enum' || type.base === 'set') {
    const members = parenthesised(cursor, () => cursor.next().text);
    return { ...type, members, length: Math.max(...members.map((member) => member.length)) };
  }
  const [length = 0, scale = 0] = parenthesised(cursor, () => Number(cursor.next().text));
  if (['datetime', 'timestamp', 'time'].includes(type.base)) return { ...type, scale: length };
  if (['float', 'double'].includes(type.base)) return type;
  return { ...type, length, scale };
}

function readOptions(cursor: Cursor, type: ColumnType): ColumnType {
  for (;;) {
    if (cursor.accept('UNSIGNED')) type = { ...type, unsigned: true };
    else if (cursor.accept('CHARACTER', 'SET') || cursor.accept('CHARSET')) {
      cursor.acceptOperator('=');
      cursor.anyWord();
    } else if (!cursor.accept('SIGNED') && !cursor.accept('ZEROFILL') && !cursor.accept('BINARY')) {
      return type;
    }
  }
}
