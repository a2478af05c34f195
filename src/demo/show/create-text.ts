// SHOW CREATE TABLE: the statement that would make the table.

import type { Column, Key, Table } from '../catalog/catalog.js';
import { isNumeric, typeText } from '../catalog/column-type.js';

const name = (text: string) => `\`${text.replaceAll('`', '``')}\``;
const string = (text: string) => `'${text.replaceAll("'", "''")}'`;

export function createTableText(table: Table): string {
  const lines = [...table.columns.map(columnText), ...table.keys.map(keyText)].map((line) => `  ${line}`);
  const comment = table.comment === '' ? '' : ` COMMENT=${string(table.comment)}`;
  return `CREATE TABLE ${name(table.name)} (\n${lines.join(',\n')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci${comment}`;
}

function columnText(column: Column): string {
  const parts = [
    `${name(column.name)} ${typeText(column.type)}`,
    column.nullable ? '' : 'NOT NULL',
    column.autoIncrement ? 'AUTO_INCREMENT' : defaultClause(column),
    column.onUpdateNow ? 'ON UPDATE CURRENT_TIMESTAMP' : '',
    column.comment === '' ? '' : `COMMENT ${string(column.comment)}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function defaultClause(column: Column): string {
  if (column.default === null) return column.nullable ? 'DEFAULT NULL' : '';
  if (column.default === 'CURRENT_TIMESTAMP') return 'DEFAULT CURRENT_TIMESTAMP';
  return `DEFAULT ${isNumeric(column.type) ? `'${column.default}'` : string(column.default)}`;
}

function keyText(key: Key): string {
  const columns = `(${key.columns.map(name).join(',')})`;
  switch (key.kind) {
    case 'primary':
      return `PRIMARY KEY ${columns}`;
    case 'unique':
      return `UNIQUE KEY ${name(key.name)} ${columns}`;
    case 'index':
      return `KEY ${name(key.name)} ${columns}`;
    case 'foreign': {
      const { table = '', columns: target = [] } = key.references ?? {};
      return `CONSTRAINT ${name(key.name)} FOREIGN KEY ${columns} REFERENCES ${name(table)} (${target.map(name).join(',')})`;
    }
  }
}

export function createViewText(table: Table, definer: string): string {
  const [user = '', host = ''] = definer.split('@');
  return `CREATE ALGORITHM=UNDEFINED DEFINER=${name(user)}@${name(host)} SQL SECURITY DEFINER VIEW ${name(table.name)} AS ${table.viewText ?? ''}`;
}
