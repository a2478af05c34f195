// The statements that a connection prepared with COM_STMT_PREPARE.

import { bindQuery } from '../bind/query.js';
import type { Database } from '../execute/database.js';
import { bindContext } from '../execute/context.js';
import { execute } from '../execute/execute.js';
import type { TypedColumn } from '../execute/outcome.js';
import { typed } from '../execute/run-query.js';
import { types } from '../catalog/column-type.js';
import { mysqlError } from '../mysql-error.js';
import { tokenMode, type Session } from '../session/session.js';
import { parseStatement, splitStatements, type StatementSource } from '../sql/parse-statement.js';
import { int } from '../../wire/lenenc.js';
import { writeEof } from '../../wire/reply-packets.js';
import { column, writeColumnDefinition } from '../../wire/result-set.js';
import { FieldType } from '../../wire/constants.js';
import type { BoundType } from './parameters.js';
import { columnDefinition } from './result-rows.js';

export interface PreparedStatement {
  readonly id: number;
  readonly source: StatementSource;
  types: readonly BoundType[];
  readonly long: Map<number, Buffer[]>;
}

/** @throws MySqlError 1064 also for more than one statement, 1065 */
export async function prepare(
  database: Database,
  session: Session,
  text: Buffer,
  id: number,
): Promise<{ statement: PreparedStatement; columns: readonly TypedColumn[] }> {
  const [source, second] = splitStatements(text, tokenMode(session));
  if (source === undefined) throw mysqlError('EMPTY_QUERY', {});
  if (second !== undefined) {
    throw mysqlError('PARSE', { near: text.toString('utf8', second.tokens[0]?.start), line: 1 });
  }
  const columns = await resultColumns(database, session, source);
  return { statement: { id, source, types: [], long: new Map() }, columns };
}

/** The columns that the statement will give, as far as they are known without its parameters. */
async function resultColumns(
  database: Database,
  session: Session,
  source: StatementSource,
): Promise<readonly TypedColumn[]> {
  const statement = parseStatement(source);
  if (statement.kind === 'query') {
    database.enter(session);
    if (statement.query.into.length > 0) return [];
    return typed(bindQuery(statement.query, bindContext(database, session, []), null), []);
  }
  if (statement.kind === 'explain') return [{ name: 'EXPLAIN', type: types.longtext }];
  if (statement.kind !== 'show' && statement.kind !== 'describe') return [];
  // To list is the only way to know the columns of a listing; it changes nothing.
  const outcome = await execute(database, session, source);
  return outcome.kind === 'rows' ? outcome.columns : [];
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_prepare.html */
export function preparedPayloads(
  statement: PreparedStatement,
  columns: readonly TypedColumn[],
  status: number,
  encoding: BufferEncoding,
): Buffer[] {
  const { parameters } = statement.source;
  const head = Buffer.concat([
    Buffer.from([0]),
    int(statement.id, 4),
    int(columns.length, 2),
    int(parameters, 2),
    Buffer.from([0]),
    int(0, 2),
  ]);
  const eof = writeEof({ warnings: 0, status });
  const parameter = writeColumnDefinition(column('?', FieldType.VAR_STRING));
  const definitions = columns.map((one) => writeColumnDefinition(columnDefinition(one, encoding)));
  return [
    head,
    ...(parameters > 0 ? [...Array.from({ length: parameters }, () => parameter), eof] : []),
    ...(columns.length > 0 ? [...definitions, eof] : []),
  ];
}
