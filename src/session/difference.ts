// The difference between what is in force on a connection and what a session wants, as the commands that close it.

import { Command } from '../wire/constants.js';
import { int } from '../wire/lenenc.js';
import type { ReplyForm } from '../wire/reply-phase.js';
import type { ConnectionState } from './connection-state.js';
import type { Session } from './session.js';
import { charsetVariables, isWide, namesVariables, ofSchema, type Literal } from './variables.js';

/** A command of the proxy's own that brings the connection a step nearer to what the session wants. */
export interface StateCommand {
  readonly payload: Buffer;
  readonly form: ReplyForm;
  /** Whether it takes a server no time: so does all but what opens tables, and may have to wait for their locks. */
  readonly prompt: boolean;
  /** Notes on the connection's state that the server did it. */
  readonly done: () => void;
  /** Notes that the server refused it, where the command can do without; else the command is not sent. */
  readonly refused?: () => void;
  /** The server refuses it never: a command that writes may follow in the same write. */
  readonly isCertain?: boolean;
}

/**
 * The commands after which `connection` is as `session` wants it, in the order in which they are to be sent.
 * A session without a schema on a connection that has one is not among them: see `needsFreshSchema`.
 */
export function difference(connection: ConnectionState, session: Session): StateCommand[] {
  const commands: StateCommand[] = [];
  if (connection.multiStatements !== session.multiStatements) {
    commands.push(multiStatements(connection, session.multiStatements));
  }
  const { schema } = session;
  if (schema !== null && changesSchema(connection, session)) commands.push(initDb(connection, schema));
  const role = session.role ?? connection.loginRole;
  if (role !== null && role !== (connection.role ?? connection.loginRole))
    commands.push(setRole(connection, role));
  const names = namesDifference(connection, session);
  const assignments = variableDifference(connection, session, names);
  if (assignments.length > 0 || names !== null)
    commands.push(setVariables(connection, session, names, assignments));
  return commands;
}

/** What is in doubt is where this session went: another session's turn would have asked. */
function changesSchema(connection: ConnectionState, { schema }: Session): boolean {
  return schema !== null && connection.schema !== undefined && connection.schema !== schema;
}

/** No command leads from a schema back to none; the connection has to begin anew. */
export function needsFreshSchema(connection: ConnectionState, session: Session): boolean {
  return session.schema === null && connection.schema != null;
}

type Assignment = readonly [name: string, value: Literal];

/** What SET NAMES is to be given. In doubt is what this session itself has just set. */
function namesDifference(connection: ConnectionState, session: Session): Literal | null {
  if (charsetVariables.some((name) => connection.isInDoubt(name))) return null;
  // Only SET NAMES leads back to the collation that it gave, also from results that are not converted.
  const isBack =
    [...connection.setAlone].some((name) => !session.setAlone.has(name)) ||
    (connection.valueOf('character_set_results') === 'NULL' &&
      session.wanted('character_set_results', connection) !== 'NULL');
  return session.names === connection.names && !isBack ? null : session.names;
}

/** @param names what SET NAMES is given before */
function variableDifference(
  connection: ConnectionState,
  session: Session,
  names: Literal | null,
): Assignment[] {
  const assignments: Assignment[] = [];
  const before = valuesBrought(connection, session, names);
  for (const name of new Set([...connection.touched, ...session.variables.keys()])) {
    // What is in doubt is this session's own value: another session's would have been asked for.
    if (connection.isInDoubt(name) || !connection.isSettable(name)) continue;
    const wanted = session.wanted(name, connection);
    const isInForce = (before.get(name) ?? connection.valueOf(name)) === wanted;
    const isAlone = names === null && connection.setAlone.has(name);
    if (!isInForce || (session.setAlone.has(name) && !isAlone)) assignments.push([name, wanted]);
  }
  return assignments;
}

/** What the commands before the assignments bring along. */
function valuesBrought(
  connection: ConnectionState,
  session: Session,
  names: Literal | null,
): Map<string, Literal> {
  const values = new Map<string, Literal>(names === null ? [] : namesVariables(names));
  if (changesSchema(connection, session)) values.set(ofSchema, connection.initialValue(ofSchema));
  return values;
}

function multiStatements(connection: ConnectionState, on: boolean): StateCommand {
  return {
    payload: Buffer.concat([Buffer.from([Command.SET_OPTION]), int(on ? 0 : 1, 2)]),
    form: 'ok',
    prompt: true,
    done: () => (connection.multiStatements = on),
  };
}

function setRole(connection: ConnectionState, role: string): StateCommand {
  return queryCommand(`SET ROLE ${role}`, () => (connection.role = role));
}

/** Makes `schema` the current one. */
export function initDb(connection: ConnectionState, schema: string): StateCommand {
  return {
    payload: Buffer.concat([Buffer.from([Command.INIT_DB]), Buffer.from(schema, 'utf8')]),
    form: 'ok',
    prompt: true,
    done: () => (connection.schema = schema),
  };
}

/** A statement of the proxy's own. */
export function queryCommand(sql: string, done: () => void, prompt = true): StateCommand {
  return {
    payload: Buffer.concat([Buffer.from([Command.QUERY]), Buffer.from(sql, 'utf8')]),
    form: 'ok',
    prompt,
    done,
  };
}

/** A string literal that keeps its letters whatever collation_connection is. */
function narrow(value: Literal): Literal {
  return value.startsWith("'") ? `_utf8${value}` : value;
}

/** Assigns the variables, behind SET NAMES where `names` are given. @param wide collation_connection may be of wide letters */
export function setVariables(
  connection: ConnectionState,
  session: Session,
  names: Literal | null,
  assignments: readonly Assignment[],
  wide = isWide(connection.valueOf('collation_connection')),
): StateCommand {
  const list = assignments.map(([name, value]) => `@@session.${name}=${wide ? narrow(value) : value}`);
  const parts = names === null ? list : [`NAMES ${names}`, ...list];
  return queryCommand(`SET ${parts.join(',')}`, () => {
    if (names !== null) {
      for (const [name, value] of namesVariables(names)) connection.learn(name, value);
      connection.named(names);
    }
    for (const [name, value] of assignments) {
      connection.learn(name, value);
      if (session.setAlone.has(name)) connection.setAlone.add(name);
    }
  });
}
