// The commands of a logged-in connection, one at a time.

import { Command } from '../../wire/constants.js';
import { lenencString, PayloadReader } from '../../wire/lenenc.js';
import { writeEof } from '../../wire/reply-packets.js';
import { writeColumnDefinition } from '../../wire/result-set.js';
import { tableColumns } from '../bind/from.js';
import { types } from '../catalog/column-type.js';
import { findTable } from '../execute/context.js';
import type { Database } from '../execute/database.js';
import { execute } from '../execute/execute.js';
import { refuseKill } from '../execute/kill.js';
import { matchesLike } from '../functions/like.js';
import { mysqlError } from '../mysql-error.js';
import { encodingOf } from '../session/charsets.js';
import { statusFlags, tokenMode, type Session } from '../session/session.js';
import { splitStatements } from '../sql/parse-statement.js';
import { schemaOf } from '../execute/context.js';
import { readParameters } from './parameters.js';
import { prepare, preparedPayloads, type PreparedStatement } from './prepared.js';
import type { Reply } from './replies.js';
import { columnDefinition } from './result-rows.js';

/** What a connection's commands work on. */
export interface Workplace {
  readonly database: Database;
  session: Session;
  readonly statements: Map<number, PreparedStatement>;
  nextStatement: number;
}

/** Runs one command and writes its reply. Errors of MySQL are replies too; whatever else is thrown is a defect. */
export async function runCommand(place: Workplace, payload: Buffer, reply: Reply): Promise<void> {
  const handler = handlers.get(payload[0] ?? -1);
  try {
    if (handler === undefined) throw mysqlError('UNKNOWN_COMMAND', {});
    await handler(place, payload, reply);
  } catch (error) {
    reply.error(error);
  }
}

type Handler = (place: Workplace, payload: Buffer, reply: Reply) => Promise<void> | void;

const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [Command.PING, ({ session }, _, reply) => reply.ok(session)],
  [
    Command.QUERY,
    (place, payload, reply) => runText(place, clientText(place.session, payload.subarray(1)), reply),
  ],
  [
    Command.INIT_DB,
    ({ database, session }, payload, reply) => {
      session.schema = schemaOf(database, session, payload.toString('utf8', 1));
      reply.ok(session);
    },
  ],
  [Command.FIELD_LIST, listFields],
  [Command.STATISTICS, (place, _, reply) => reply.send(Buffer.from(statistics(place.database), 'utf8'))],
  [Command.PROCESS_INFO, (place, _, reply) => runText(place, Buffer.from('SHOW FULL PROCESSLIST'), reply)],
  [
    Command.PROCESS_KILL,
    ({ database, session }, payload) => {
      throw refuseKill(database, session, new PayloadReader(payload, 1).int(4));
    },
  ],
  [
    Command.SET_OPTION,
    ({ session }, payload, reply) => {
      const option = new PayloadReader(payload, 1).int(2);
      if (option > 1) throw mysqlError('UNKNOWN_COMMAND', {});
      session.multiStatements = option === 0;
      reply.send(writeEof({ warnings: 0, status: statusFlags(session) }));
    },
  ],
  [Command.STMT_PREPARE, prepareStatement],
  [Command.STMT_EXECUTE, executeStatement],
  [
    Command.STMT_SEND_LONG_DATA,
    ({ statements }, payload) => {
      const reader = new PayloadReader(payload, 1);
      const statement = statements.get(reader.int(4));
      const parameter = reader.int(2);
      const chunks = statement?.long.get(parameter) ?? [];
      statement?.long.set(parameter, [...chunks, reader.rest()]);
    },
  ],
  [
    Command.STMT_CLOSE,
    ({ statements }, payload) => void statements.delete(new PayloadReader(payload, 1).int(4)),
  ],
  [
    Command.STMT_RESET,
    (place, payload, reply) => {
      statementOf(place, new PayloadReader(payload, 1).int(4), 'mysqld_stmt_reset').long.clear();
      reply.ok(place.session);
    },
  ],
]);

/** The text of a statement in UTF-8, whatever the client speaks. */
function clientText(session: Session, bytes: Buffer): Buffer {
  const encoding = encodingOf(String(session.variables.get('character_set_client')));
  return encoding === 'utf8' ? bytes : Buffer.from(bytes.toString(encoding), 'utf8');
}

async function runText({ database, session }: Workplace, text: Buffer, reply: Reply): Promise<void> {
  const sources = splitStatements(text, tokenMode(session));
  const [first, second] = sources;
  if (first === undefined) throw mysqlError('EMPTY_QUERY', {});
  if (second !== undefined && !session.multiStatements) {
    throw mysqlError('PARSE', { near: text.toString('utf8', second.tokens[0]?.start), line: 1 });
  }
  for (const [i, source] of sources.entries()) {
    session.running = text.toString('utf8', 0, 200);
    try {
      const outcome = await execute(database, session, source);
      await reply.outcome(outcome, session, 'text', i < sources.length - 1);
    } finally {
      session.running = null;
    }
  }
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_field_list.html */
function listFields({ database, session }: Workplace, payload: Buffer, reply: Reply): void {
  const reader = new PayloadReader(payload, 1);
  const name = reader.nulString();
  const wildcard = reader.rest().toString('utf8');
  const table = findTable(database, session, { schema: null, name });
  tableColumns(table, table.name).forEach((column, i) => {
    if (wildcard !== '' && !matchesLike(column.name, wildcard, '\\')) return;
    const definition = columnDefinition({ ...column, type: column.type ?? types.varchar }, 'utf8');
    reply.send(
      Buffer.concat([writeColumnDefinition(definition), lenencString(table.columns[i]?.default ?? null)]),
    );
  });
  reply.send(writeEof({ warnings: 0, status: statusFlags(session) }));
}

function statistics(database: Database): string {
  const uptime = Math.floor((Date.now() - database.startedAt.getTime()) / 1000);
  return `Uptime: ${uptime}  Threads: ${database.sessions.size}  Questions: ${database.statements}`;
}

async function prepareStatement(place: Workplace, payload: Buffer, reply: Reply): Promise<void> {
  const { database, session } = place;
  const id = place.nextStatement++;
  const { statement, columns } = await prepare(
    database,
    session,
    clientText(session, payload.subarray(1)),
    id,
  );
  place.statements.set(id, statement);
  for (const part of preparedPayloads(statement, columns, statusFlags(session), 'utf8')) reply.send(part);
}

function statementOf({ statements }: Workplace, id: number, command: string): PreparedStatement {
  const statement = statements.get(id);
  if (statement === undefined) throw mysqlError('UNKNOWN_STATEMENT', { name: id, command });
  return statement;
}

async function executeStatement(place: Workplace, payload: Buffer, reply: Reply): Promise<void> {
  const { database, session } = place;
  const reader = new PayloadReader(payload, 1);
  const statement = statementOf(place, reader.int(4), 'mysqld_stmt_execute');
  // A cursor may be asked for; all rows are sent at once, which clients take for a server that made none.
  reader.bytes(5);
  const encoding = encodingOf(String(session.variables.get('character_set_client')));
  const { values, types: bound } = readParameters(
    reader,
    statement.source.parameters,
    statement.types,
    statement.long,
    encoding,
  );
  statement.types = bound;
  statement.long.clear();
  session.running = statement.source.text.toString('utf8', 0, 200);
  try {
    await reply.outcome(await execute(database, session, statement.source, values), session, 'binary', false);
  } finally {
    session.running = null;
  }
}
