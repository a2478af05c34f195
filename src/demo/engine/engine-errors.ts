// What the embedded engine complains of, as the MySQL error that a server would send.

import { FleetError } from '../../errors.js';
import { MySqlError, mysqlError } from '../mysql-error.js';

type Translate = (found: RegExpExecArray) => MySqlError;

const last = (name: string | undefined) => (name ?? '').split('.').at(-1) ?? '';

const table: readonly (readonly [RegExp, Translate])[] = [
  [
    /^UNIQUE constraint failed: (.+)$/,
    (found) => mysqlError('DUP_ENTRY', { entry: '?', key: (found[1] ?? '').split(', ').map(last).join('-') }),
  ],
  [/^NOT NULL constraint failed: (.+)$/, (found) => mysqlError('BAD_NULL', { column: last(found[1]) })],
  [
    /^no such column: (.+)$/,
    (found) => mysqlError('BAD_FIELD', { column: last(found[1]), where: 'field list' }),
  ],
  [
    /^ambiguous column name: (.+)$/,
    (found) => mysqlError('NON_UNIQUE', { column: last(found[1]), where: 'field list' }),
  ],
  [/^near "(.*)": syntax error$/, (found) => mysqlError('PARSE', { near: found[1] ?? '', line: 1 })],
  [/^(?:sub-select returns|row value misused)/, () => mysqlError('OPERAND_COLUMNS', { columns: 1 })],
  [/^datatype mismatch$/, () => mysqlError('WRONG_ARGUMENTS', { what: 'LIMIT' })],
  [/^misuse of aggregate/, () => new MySqlError(1111, 'HY000', 'Invalid use of group function')],
  [
    /^SELECTs to the left and right of .* do not have the same number of result columns$/,
    () => new MySqlError(1222, '21000', 'The used SELECT statements have a different number of columns'),
  ],
  [/^no such savepoint: (.+)$/, (found) => mysqlError('SAVEPOINT_MISSING', { name: found[1] ?? '' })],
];

/** @returns `error` itself where it already is a MySqlError */
export function asMySqlError(error: unknown): MySqlError {
  if (error instanceof MySqlError) return error;
  if (error instanceof FleetError)
    return new MySqlError(error.errno ?? 1105, error.sqlState ?? 'HY000', error.message);
  // The engine throws plain errors; any other kind is a defect of ours, which must not end the other connections.
  if (!(error instanceof Error) || error.constructor !== Error)
    return mysqlError('INTERNAL', { detail: String(error) });
  const { message } = error;
  for (const [pattern, translate] of table) {
    const found = pattern.exec(message);
    if (found) return translate(found);
  }
  return mysqlError('SQLITE', { detail: message });
}
