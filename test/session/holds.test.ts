// Why a session holds the backend connection, by what its statements do and what the server says.
import { beforeEach, describe, expect, it } from 'vitest';
import { Holds, type Hold, type HoldEvidence } from '../../src/session/holds.js';
import { read } from '../sql/modes.js';

const AUTOCOMMIT = 2;
const IN_TRANS = 1;

let holds: Holds;
beforeEach(() => {
  holds = new Holds();
});

/** The server has answered the text, as `more` says. */
function after(text: string, more: Partial<HoldEvidence> = {}): readonly Hold[] {
  const plain = {
    status: AUTOCOMMIT,
    failed: false,
    hasInserted: false,
    isUnjudged: false,
    schema: 'sales',
    canStepAside: () => false,
  };
  holds.update({ ...plain, statements: read(text), text: Buffer.from(text), ...more });
  return holds.list;
}

describe('a transaction', () => {
  it('holds as long as the server says that one is open', () => {
    expect(after('BEGIN', { status: AUTOCOMMIT | IN_TRANS })).toEqual(['transaction']);
    expect(after('SELECT 1', { status: AUTOCOMMIT | IN_TRANS })).toEqual(['transaction']);
    expect(after('COMMIT')).toEqual([]);
  });

  it('holds on where an error says nothing of it', () => {
    after('BEGIN', { status: IN_TRANS });
    expect(after('SELECT no_such_column', { status: null, failed: true })).toEqual(['transaction']);
    holds.updateTransaction(AUTOCOMMIT);
    expect(holds.any).toBe(false);
  });

  it('that was opened by a statement without BEGIN holds too', () => {
    expect(after('SELECT a FROM t', { status: IN_TRANS })).toEqual(['transaction']);
  });
});

describe('locks', () => {
  it.each<[text: string, hold: Hold]>([
    ['LOCK TABLES t WRITE', 'table locks'],
    ['FLUSH TABLES WITH READ LOCK', 'read lock'],
    ['BACKUP STAGE START', 'backup stage'],
    ['BACKUP LOCK t', 'backup lock'],
    ['HANDLER t OPEN', 'handler'],
  ])('%s holds', (text, hold) => expect(after(text)).toContain(hold));

  it('of tables are let go of by UNLOCK TABLES, also the read lock', () => {
    after('LOCK TABLES t READ');
    after('FLUSH TABLES WITH READ LOCK');
    expect(after('UNLOCK TABLES')).toEqual([]);
  });

  it('stay when the statement that would let go of them failed', () => {
    after('LOCK TABLES t READ');
    expect(after('UNLOCK TABLES', { failed: true, status: null })).toEqual(['table locks']);
  });
});

describe('temporary tables', () => {
  it('hold until each is dropped', () => {
    after('CREATE TEMPORARY TABLE a (i INT)');
    after('CREATE TEMPORARY TABLE b (i INT)');
    expect(after('DROP TABLE a')).toEqual(['temporary tables']);
    expect(after('DROP TEMPORARY TABLE IF EXISTS b')).toEqual([]);
  });

  it('hold under a new name, until they are dropped under it', () => {
    after('CREATE TEMPORARY TABLE a (i INT)');
    after('ALTER TABLE a RENAME TO b');
    expect(after('DROP TABLE other.b')).toEqual(['temporary tables']);
    expect(after('DROP TABLE b')).toEqual([]);
  });

  it('hold on where it is not known in which schema they are now', () => {
    after('CREATE TEMPORARY TABLE a (i INT)');
    after('ALTER TABLE a RENAME TO other.b');
    expect(after('DROP TABLE b')).toEqual(['temporary tables']);
  });

  it('do not hold where the only statement failed that was to make one', () => {
    expect(after('CREATE TEMPORARY TABLE a (b NONSENSE)', { failed: true, status: null })).toEqual([]);
    const several = 'CREATE TEMPORARY TABLE a (b INT); SELECT no_such';
    expect(after(several, { failed: true, status: null })).toEqual(['temporary tables']);
  });

  it('hold on where the drop failed', () => {
    after('CREATE TEMPORARY TABLE a (i INT)');
    expect(after('DROP TABLE a, no_such', { failed: true, status: null })).toEqual(['temporary tables']);
  });
});

describe('the settings of the next transaction', () => {
  const set = 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE';

  it('hold until the next statement has used them up', () => {
    expect(after(set)).toEqual(['settings of the next transaction']);
    expect(after('SELECT a FROM t')).toEqual([]);
  });

  it('hold on over statements that begin none', () => {
    after(set);
    expect(after("PREPARE p FROM 'SELECT 1'")).toContain('settings of the next transaction');
    expect(after('COMMIT')).not.toContain('settings of the next transaction');
  });

  it('that are for a row hold until one is inserted', () => {
    after('SET insert_id = 77');
    expect(after('SELECT a FROM t')).toEqual(['id of the next row']);
    expect(after('INSERT INTO plain VALUES (1)')).toEqual(['id of the next row']);
    expect(after('INSERT INTO t (a) VALUES (1)', { hasInserted: true })).toEqual([]);
  });

  it('hold on over a SET, and over a statement that failed', () => {
    after(set);
    expect(after('SET time_zone = "SYSTEM"')).toEqual(['settings of the next transaction']);
    expect(after('SELECT no_such', { failed: true, status: null })).toEqual([
      'settings of the next transaction',
    ]);
  });
});

describe('what cannot be judged', () => {
  it('holds, unless it was found out what was done', () => {
    expect(after('CALL p()')).toEqual([]);
    expect(after('CALL p()', { isUnjudged: true })).toEqual(['effects that cannot be judged']);
    expect(after('SELECT 1')).toEqual(['effects that cannot be judged']);
  });
});

it('a read holds nothing', () => {
  expect(after('SELECT a, @x FROM t; SHOW TABLES; SET time_zone = "SYSTEM"')).toEqual([]);
});

it('reasons are told apart, and all cleared at once', () => {
  after('LOCK TABLES t WRITE', { status: IN_TRANS });
  holds.add('cursor');
  expect(new Set(holds.list)).toEqual(new Set(['table locks', 'transaction', 'cursor']));
  holds.remove('cursor');
  expect([holds.has('cursor'), holds.has('transaction')]).toEqual([false, true]);
  holds.clear();
  expect(holds.any).toBe(false);
});
