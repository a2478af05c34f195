// What a session believes: from its login, from what the server tells, and after it began anew.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../src/session/connection-state.js';
import type { Session } from '../../src/session/session.js';
import { Capability } from '../../src/wire/constants.js';
import { readOne } from '../sql/modes.js';
import { facts, newConnection, newSession } from './facts.js';

let connection: ConnectionState;
beforeEach(() => {
  connection = newConnection();
});

const begun = (session: Session): Session => {
  session.begin(facts);
  return session;
};

describe('a login', () => {
  it('implies the character sets of its collation', () => {
    const session = begun(newSession({ collation: 8 }));
    expect(session.names).toBe("'latin1' COLLATE 'latin1_swedish_ci'");
    expect(session.wanted('character_set_results', connection)).toBe("'latin1'");
    expect(session.wanted('collation_connection', connection)).toBe("'latin1_swedish_ci'");
  });

  it('with a collation that the server does not know leaves the server its own', () => {
    const session = begun(newSession({ collation: 250 }));
    expect(session.names).toBeNull();
    expect(session.wanted('character_set_client', connection)).toBe("'utf8mb4'");
  });

  it('that asks for IGNORE_SPACE gets it beside the modes of the server, once', () => {
    const session = begun(newSession({ capabilities: Capability.IGNORE_SPACE }));
    expect(session.wanted('sql_mode', connection)).toBe("'STRICT_TRANS_TABLES,IGNORE_SPACE'");
  });

  it('is brought in once: what the session sets afterwards stays', () => {
    const session = begun(newSession({ collation: 8 }));
    session.told('character_set_results', 'utf8mb4');
    begun(session);
    expect(session.wanted('character_set_results', connection)).toBe("'utf8mb4'");
  });
});

describe('a session that begins anew', () => {
  const used = (): Session => {
    const session = begun(newSession({ schema: 'sales', collation: 8 }));
    session.told('sql_select_limit', '1');
    session.multiStatements = false;
    session.status = 1;
    session.statements.add({
      preparePayload: Buffer.from([0x16]),
      originalName: null,
      textBytes: 1,
      under: { schema: null, variables: new Map() },
      fingerprint: '',
      effects: [],
    });
    return session;
  };

  it('keeps its schema and its multi-statement option, and nothing else', () => {
    const session = used();
    const owner = session.userVariables;
    session.restart();
    expect([session.schema, session.multiStatements, session.status]).toEqual(['sales', false, 2]);
    expect([session.variables.size, session.statements.find(1), session.names]).toEqual([0, undefined, null]);
    expect([owner.isGone, session.userVariables.isGone]).toEqual([true, false]);
  });

  it('has no IGNORE_SPACE any more, as on the servers', () => {
    const session = begun(newSession({ capabilities: Capability.IGNORE_SPACE }));
    session.restart();
    expect(begun(session).wanted('sql_mode', connection)).toBe("'STRICT_TRANS_TABLES'");
  });

  it('holds nothing, and forgets the temporary tables that might make it hold again', () => {
    const session = used();
    const created = readOne('CREATE TEMPORARY TABLE tmp (a INT)');
    const canStepAside = (): boolean => true;
    const plain = {
      status: 2,
      failed: false,
      hasInserted: false,
      text: null,
      schema: 'sales',
      isUnjudged: false,
    };
    session.holds.update({ ...plain, statements: [created], canStepAside });
    session.restart();
    session.holds.update({ ...plain, statements: [], canStepAside: () => false });
    expect(session.holds.list).toEqual([]);
  });

  it('has the character sets of its login again', () => {
    const session = used();
    session.restart();
    expect(begun(session).names).toBe("'latin1' COLLATE 'latin1_swedish_ci'");
  });

  it('as another user has what that one came with', () => {
    const session = used();
    session.restart({ schema: null, collation: 45 });
    expect(begun(session).names).toBe("'utf8mb4' COLLATE 'utf8mb4_general_ci'");
    expect(session.schema).toBeNull();
  });
});

describe('SET NAMES', () => {
  const saysNames = (session: Session, charset: string, collation: string): void => {
    session.namesAssigned();
    session.told('character_set_client', charset);
    session.told('character_set_results', charset);
    session.told('collation_connection', collation);
    session.adoptNames(connection);
  };

  it('is said again as it was', () => {
    const session = begun(newSession());
    saysNames(session, 'latin1', 'latin1_german2_ci');
    expect([session.names, connection.names]).toEqual([
      "'latin1' COLLATE 'latin1_german2_ci'",
      "'latin1' COLLATE 'latin1_german2_ci'",
    ]);
  });

  it('waits for what came of it', () => {
    const session = begun(newSession());
    connection.doubt('collation_connection');
    saysNames(session, 'latin1', 'latin1_german2_ci');
    expect(session.names).toBeNull();
    connection.learn('collation_connection', "'latin1_german2_ci'");
    session.adoptNames(connection);
    expect(session.names).toBe("'latin1' COLLATE 'latin1_german2_ci'");
  });

  it('is not what single variables come to', () => {
    const session = begun(newSession());
    session.told('character_set_client', 'latin1');
    session.adoptNames(connection);
    expect(session.names).toBe("'utf8mb4' COLLATE 'utf8mb4_general_ci'");
  });
});

describe('how statements are read', () => {
  it.each([
    ['ANSI_QUOTES', { ansiQuotes: true, ignoreSpace: false, noBackslashEscapes: false }],
    ['REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI', { ansiQuotes: true, ignoreSpace: true }],
    ['NO_BACKSLASH_ESCAPES', { noBackslashEscapes: true, ansiQuotes: false }],
    ['STRICT_ALL_TABLES', { noBackslashEscapes: false, ansiQuotes: false, ignoreSpace: false }],
  ])('follows the sql_mode %s that the server told', (mode, expected) => {
    const session = begun(newSession());
    session.told('sql_mode', mode);
    expect(session.sqlMode(facts)).toMatchObject(expected);
  });

  it('follows the character set of the client and the server', () => {
    expect(begun(newSession({ collation: 8 })).sqlMode(facts)).toMatchObject({
      charset: 'latin1',
      mariadb: true,
      version: 101_119,
    });
    expect(newSession().sqlMode(facts).charset).toBe('utf8mb4');
  });
});
