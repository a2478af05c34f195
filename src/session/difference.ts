// The difference between what is in force on a connection and what a session wants, as the commands that close it.

import { Command } from '../wire/constants.js';
import { int } from '../wire/lenenc.js';
import type { ReplyForm } from '../wire/reply-phase.js';
import type { ConnectionState } from './connection-state.js';
import type { Session } from './session.js';
import type { Literal } from './variables.js';

/** A command of the proxy's own that brings the connection a step nearer to what the session wants. */
export interface StateCommand {
  readonly payload: Buffer;
  readonly form: ReplyForm;
  /** Notes on the connection's state that the server did it. */
  readonly done: () => void;
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
  if (schema !== null && connection.schema !== schema) commands.push(initDb(connection, schema));
  const assignments = variableDifference(connection, session);
  if (assignments.length > 0) commands.push(setVariables(connection, assignments));
  return commands;
}

/** No command leads from a schema back to none; the connection has to begin anew. */
export function needsFreshSchema(connection: ConnectionState, session: Session): boolean {
  return session.schema === null && connection.schema !== null;
}

type Assignment = readonly [name: string, value: Literal];

function variableDifference(connection: ConnectionState, session: Session): Assignment[] {
  const names = new Set([...connection.touched, ...session.variables.keys()]);
  const assignments: Assignment[] = [];
  for (const name of names) {
    const wanted = session.wanted(name, connection);
    if (connection.valueOf(name) !== wanted) assignments.push([name, wanted]);
  }
  return assignments;
}

function multiStatements(connection: ConnectionState, on: boolean): StateCommand {
  return {
    payload: Buffer.concat([Buffer.from([Command.SET_OPTION]), int(on ? 0 : 1, 2)]),
    form: 'ok',
    done: () => (connection.multiStatements = on),
  };
}

function initDb(connection: ConnectionState, schema: string): StateCommand {
  return {
    payload: Buffer.concat([Buffer.from([Command.INIT_DB]), Buffer.from(schema, 'utf8')]),
    form: 'ok',
    done: () => (connection.schema = schema),
  };
}

/** A statement of the proxy's own. */
export function queryCommand(sql: string, done: () => void): StateCommand {
  return {
    payload: Buffer.concat([Buffer.from([Command.QUERY]), Buffer.from(sql, 'utf8')]),
    form: 'ok',
    done,
  };
}

function setVariables(connection: ConnectionState, assignments: readonly Assignment[]): StateCommand {
  const list = assignments.map(([name, value]) => `@@session.${name}=${value}`).join(',');
  return queryCommand(`SET ${list}`, () => {
    for (const [name, value] of assignments) connection.learn(name, value);
  });
}
