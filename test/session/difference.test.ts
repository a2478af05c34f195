// The commands between what is in force on a connection and what a session wants: all that are needed, and none else.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../src/session/connection-state.js';
import { difference, needsFreshSchema } from '../../src/session/difference.js';
import type { Session } from '../../src/session/session.js';
import { Capability } from '../../src/wire/constants.js';
import { facts, newConnection, newSession, shown } from './facts.js';

let connection: ConnectionState;
beforeEach(() => {
  connection = newConnection();
});

/** Brings the connection into the session's state, as a turn does; answers with what had to be sent. */
function enter(session: Session): string[] {
  session.begin(facts);
  const commands = difference(connection, session);
  for (const { done } of commands) done();
  return shown(commands);
}

describe('a session', () => {
  it('that comes again costs nothing', () => {
    const session = newSession({ schema: 'sales', collation: 8 });
    expect(enter(session)).not.toEqual([]);
    expect(enter(session)).toEqual([]);
  });

  it('of the same state as the one before costs nothing', () => {
    enter(newSession({ schema: 'sales' }));
    expect(enter(newSession({ schema: 'sales' }))).toEqual([]);
  });

  it('gets its schema, character sets and variables, in this order', () => {
    const session = newSession({ schema: 'sales', collation: 8 });
    session.variables.set('sql_select_limit', '1');
    expect(enter(session)).toEqual([
      'USE sales',
      "SET NAMES 'latin1' COLLATE 'latin1_swedish_ci',@@session.sql_select_limit=1",
    ]);
  });

  it('gets what is new to it and nothing of the session before', () => {
    const [first, second] = [newSession({ schema: 'a' }), newSession({ schema: 'b' })];
    enter(second);
    enter(first);
    first.variables.set('sql_select_limit', '1');
    first.variables.set('time_zone', "'+02:00'");
    second.variables.set('time_zone', "'+02:00'");
    enter(first);
    expect(enter(second)).toEqual(['USE b', 'SET @@session.sql_select_limit=18446744073709551615']);
    expect(enter(first)).toEqual(['USE a', 'SET @@session.sql_select_limit=1']);
  });

  it('gets the server default of a variable that a new session was never seen to have', () => {
    const [first, second] = [newSession(), newSession()];
    enter(first);
    first.variables.set('aria_sort_buffer_size', '4096');
    enter(first);
    expect(enter(second)).toEqual(['SET @@session.aria_sort_buffer_size=DEFAULT']);
  });

  it('gets its strings as they are from a connection that takes them for wide ones', () => {
    const session = newSession();
    enter(session);
    connection.learn('collation_connection', "'ucs2_general_ci'");
    session.variables.set('time_zone', "'+02:00'");
    expect(enter(session)).toEqual([
      "SET @@session.collation_connection=_utf8'utf8mb4_general_ci',@@session.time_zone=_utf8'+02:00'",
    ]);
  });

  it('gets its option for several statements', () => {
    const single = newSession({ capabilities: Capability.PROTOCOL_41 });
    enter(newSession());
    expect(enter(single)).toEqual(['multi-statements off']);
    expect(enter(newSession())).toEqual(['multi-statements on']);
    connection.multiStatements = undefined;
    expect(enter(newSession())).toEqual(['multi-statements on']);
  });

  it('gets its character sets back after another has changed one of them', () => {
    const [first, second] = [newSession(), newSession()];
    enter(first);
    first.variables.set('character_set_results', 'NULL');
    expect(enter(first)).toEqual(['SET @@session.character_set_results=NULL']);
    // Set alone, the replies would name the default collation of that character set.
    expect(enter(second)).toEqual(["SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci'"]);
  });

  it('whose own variable is in doubt is not given an older value of it', () => {
    const session = newSession();
    enter(session);
    connection.doubt('sql_mode');
    expect(enter(session)).toEqual([]);
  });
});

describe('a schema', () => {
  it('that is not known is where the session itself went, and is left alone', () => {
    const session = newSession({ schema: 'sales' });
    enter(session);
    connection.schema = undefined;
    expect(enter(session)).toEqual([]);
    connection.schema = 'elsewhere';
    expect(enter(session)).toEqual(['USE sales']);
  });

  it('cannot be left for none', () => {
    enter(newSession({ schema: 'sales' }));
    const without = newSession();
    expect(needsFreshSchema(connection, without)).toBe(true);
    expect(enter(without)).toEqual([]);
    expect(needsFreshSchema(newConnection(), without)).toBe(false);
    expect(needsFreshSchema(connection, newSession({ schema: 'other' }))).toBe(false);
  });
});

it('what the server refused is still to be done', () => {
  const session = newSession({ schema: 'sales' });
  session.begin(facts);
  expect(shown(difference(connection, session))).toEqual(shown(difference(connection, session)));
  expect(connection.schema).toBeNull();
});

describe('what is in force', () => {
  it('is asked for where it is in doubt, until it is learned or there is no such variable', () => {
    connection.doubt('sql_mode');
    connection.doubt('no_such');
    expect(connection.unknownVariables).toEqual(['sql_mode', 'no_such']);
    connection.learn('sql_mode', "''");
    connection.forget('no_such');
    expect(connection.unknownVariables).toEqual([]);
    expect([connection.valueOf('sql_mode'), connection.valueOf('no_such')]).toEqual(["''", 'DEFAULT']);
  });

  it('does not include what the difference does not carry', () => {
    connection.doubt('last_insert_id');
    connection.learn('warning_count', '1');
    expect([[...connection.touched], connection.unknownVariables]).toEqual([[], []]);
  });
});
