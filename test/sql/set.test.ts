// What SET assigns, as the server understands it.
import { describe, expect, it } from 'vitest';
import type { SqlMode } from '../../src/sql/types.js';
import { mariadb, mysql56, mysql8, readOne } from './modes.js';

/** Assignments as `name=sql`, `name=DEFAULT` for the default and `name=?` for what must be asked. */
function assigns(text: string, mode: SqlMode = mariadb): string[] {
  return readOne(text, mode).assigns.map(({ name, value }) => {
    if (value.kind === 'literal') return `${name}=${value.sql}`;
    return `${name}=${value.kind === 'default' ? 'DEFAULT' : '?'}`;
  });
}

const literals: [text: string, assigned: string][] = [
  ['SET a = 1', 'a=1'],
  ['SET a := 1.5', 'a=1.5'],
  ['SET a = -1', 'a=-1'],
  ['SET a = +1', 'a=1'],
  ['SET a = 0x1F', 'a=0x1F'],
  ['SET a = ON', `a='ON'`],
  ['SET a = utf8mb4', `a='utf8mb4'`],
  ['SET a = TRUE', 'a=1'],
  ['SET a = false', 'a=0'],
  ['SET a = NULL', 'a=NULL'],
  ['SET a = default', 'a=DEFAULT'],
  [`SET a = 'it''s'`, `a='it''s'`],
  [`SET a = 'it\\'s'`, `a='it''s'`],
  [`SET a = "it's"`, `a='it''s'`],
  [`SET a = ''`, `a=''`],
  ['SET A = `InnoDB`', `a='InnoDB'`],
  [`SET a = 'a\\\\b'`, 'a=?'],
  [`SET a = 'a\\nb'`, 'a=?'],
  [`SET a = 'é'`, 'a=?'],
  [`SET a = 'a' 'b'`, 'a=?'],
  [`SET a = N'x'`, 'a=?'],
  [`SET a = _utf8'x'`, 'a=?'],
  ['SET a = @@b + 1', 'a=?'],
  ['SET a = @@b', 'a=?'],
  ['SET a = (1)', 'a=?'],
  ['SET a = CURRENT_TIMESTAMP', 'a=?'],
  [`SET a = CONCAT(@@a, ',', 'B')`, 'a=?'],
  ['SET `a` = 1', 'a=1'],
  ['SET @@a = 1', 'a=1'],
  ['SET @@`a` = 1', 'a=1'],
  ['SET @@session.a = 1', 'a=1'],
  ['SET @@local . a = 1', 'a=1'],
  ['SET SESSION a = 1', 'a=1'],
  ['SET local a = 1', 'a=1'],
  ['/*!40101 SET a = 1 */', 'a=1'],
  ['SET/**/a=1', 'a=1'],
  ['SET identity = 7', 'last_insert_id=7'],
  ['SET last_insert_id = 7', 'last_insert_id=7'],
  ['SET timestamp = 1', 'timestamp=1'],
];

describe('the value', () => {
  it.each(literals)('of %s', (text, assigned) => {
    expect(assigns(text)).toEqual([assigned]);
  });

  it('reads a double-quoted value as a name under ANSI_QUOTES, which the server takes for its text', () => {
    expect(assigns('SET a = "x\\y"', { ...mariadb, ansiQuotes: true })).toEqual(['a=?']);
    expect(assigns('SET a = "x"', { ...mariadb, ansiQuotes: true })).toEqual([`a='x'`]);
  });

  it('asks for a value with a backslash that escapes nothing', () => {
    expect(assigns(`SET a = 'x\\y'`, { ...mariadb, noBackslashEscapes: true })).toEqual(['a=?']);
  });
});

const lists: [text: string, assigned: string[]][] = [
  ['SET a = 1, b = 2', ['a=1', 'b=2']],
  ['SET SESSION a = 1, b = 2', ['a=1', 'b=2']],
  ['SET GLOBAL a = 1, b = 2', []],
  ['SET GLOBAL a = 1, SESSION b = 2, c = 3', ['b=2', 'c=3']],
  ['SET a = 1, GLOBAL b = 2, c = 3', ['a=1']],
  ['SET GLOBAL a = 1, @@b = 2, c = 3', ['b=2']],
  ['SET @@global.a = 1, b = 2', ['b=2']],
  ['SET GLOBAL a = 1, @u = 5, b = 2', []],
  ['SET PERSIST a = 1, PERSIST_ONLY b = 2, SESSION c = 3', ['c=3']],
  ['SET @@persist.a = 1, b = 2', ['b=2']],
  ['SET a = IF(1, 2, 3), b = (SELECT 1, 2)', ['a=?', 'b=?']],
  ['SET GLOBAL hot.key_buffer_size = 1', []],
  ['SET global = 1, session = 2', ['global=1', 'session=2']],
  ['SET names = 1', ['names=1']],
  ['SET @a = 1', []],
];

describe('a list of assignments', () => {
  it.each(lists)('%s', (text, assigned) => {
    expect(assigns(text)).toEqual(assigned);
    expect(readOne(text).opaque).toBeNull();
  });

  it.each([
    ['SET GLOBAL a = 1, b = 2, SESSION c = 3', ['a', 'b']],
    ['SET @@global.A = 1, b = 2, @@persist.c = 3', ['a', 'c']],
    ['SET GLOBAL transaction_isolation = 1', ['tx_isolation']],
    ['SET GLOBAL TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY', ['tx_isolation', 'tx_read_only']],
    ['SET GLOBAL hot.key_buffer_size = 1', []],
    ['SET a = 1', []],
  ])('%s: what it assigns for sessions that begin later', (text, globals) => {
    expect(readOne(text).globals).toEqual(globals);
  });

  it('tells which user variables are assigned and mentioned', () => {
    expect(readOne('SET @a = 1, @`B` := @c, d = @e := 5').userVariables).toEqual({
      mentioned: ['a', 'b', 'c', 'e'],
      assigned: ['a', 'b', 'e'],
    });
  });
});

const names: [text: string, assigned: string[]][] = [
  ['SET NAMES utf8', ["client='utf8'", "results='utf8'", "connection='utf8'", 'collation=?']],
  ["SET NAMES 'UTF8MB4'", ["client='utf8mb4'", "results='utf8mb4'", "connection='utf8mb4'", 'collation=?']],
  [
    'SET NAMES utf8 COLLATE utf8_bin',
    ["client='utf8'", "results='utf8'", "connection='utf8'", "collation='utf8_bin'"],
  ],
  ['SET NAMES utf8 COLLATE DEFAULT', ["client='utf8'", "results='utf8'", "connection='utf8'", 'collation=?']],
  ['SET NAMES DEFAULT', ['client=?', 'results=?', 'connection=?', 'collation=?']],
  ['SET CHARACTER SET utf8', ["client='utf8'", "results='utf8'", 'collation=?']],
  ['SET CHARSET "latin1"', ["client='latin1'", "results='latin1'", 'collation=?']],
  ['SET CHAR SET DEFAULT', ['client=?', 'results=?', 'collation=?']],
  ['SET NAMES utf8, a = 1', ["client='utf8'", "results='utf8'", "connection='utf8'", 'collation=?', 'a=1']],
];

describe('the password of its own account', () => {
  it.each([
    ["SET PASSWORD = PASSWORD('new')", mariadb, 'new'],
    ["SET PASSWORD FOR CURRENT_USER() = PASSWORD('it''s')", mariadb, "it's"],
    ["ALTER USER CURRENT_USER IDENTIFIED BY 'new'", mysql8, 'new'],
    // Which it does not give.
    ["ALTER USER CURRENT_USER IDENTIFIED BY 'new'", mariadb, null],
    ["ALTER USER IF EXISTS USER() IDENTIFIED BY 'new'", mysql8, 'new'],
    ["SET PASSWORD = 'new'", mysql8, 'new'],
    // The hash of a password there.
    ["SET PASSWORD = '*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29'", mariadb, null],
    ["SET PASSWORD FOR 'other'@'%' = PASSWORD('new')", mariadb, null],
    ['SET PASSWORD = PASSWORD(@new)', mariadb, null],
    ["ALTER USER other IDENTIFIED BY 'new'", mariadb, null],
    ["ALTER USER CURRENT_USER IDENTIFIED BY 'new' REPLACE 'old'", mysql8, null],
    ["ALTER TABLE t COMMENT = 'new'", mariadb, null],
  ])('is read from %s', (text, mode, password) => {
    expect(readOne(text, mode).ownPassword).toBe(password);
  });
});

describe('SET NAMES and SET CHARACTER SET', () => {
  it.each(names)('%s', (text, assigned) => {
    const short = assigns(text).map((each) =>
      each.replace(/^character_set_/, '').replace('collation_connection', 'collation'),
    );
    expect(short).toEqual(assigned);
    expect(readOne(text).opaque).toBeNull();
  });
});

const isolation: [text: string, mode: SqlMode, assigned: string[], oneShot: boolean][] = [
  ['SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', mariadb, [], true],
  ['SET TRANSACTION READ ONLY, ISOLATION LEVEL READ COMMITTED', mariadb, [], true],
  [
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    mariadb,
    [`tx_isolation='READ-COMMITTED'`],
    false,
  ],
  [
    'SET LOCAL TRANSACTION READ WRITE, ISOLATION LEVEL REPEATABLE READ',
    mysql8,
    [`transaction_read_only='OFF'`, `transaction_isolation='REPEATABLE-READ'`],
    false,
  ],
  ['SET SESSION TRANSACTION READ ONLY', mysql56, [`tx_read_only='ON'`], false],
  ['SET GLOBAL TRANSACTION READ ONLY', mariadb, [], false],
  [`SET transaction_isolation = 'SERIALIZABLE'`, mariadb, [`tx_isolation='SERIALIZABLE'`], false],
  [`SET tx_isolation = 'SERIALIZABLE'`, mysql8, [`transaction_isolation='SERIALIZABLE'`], false],
  [`SET @@session.tx_isolation = 'SERIALIZABLE'`, mariadb, [`tx_isolation='SERIALIZABLE'`], false],
  [`SET @@tx_isolation = 'SERIALIZABLE'`, mariadb, [], true],
  ['SET @@transaction_read_only = 1', mysql8, [], true],
  ['SET insert_id = 5', mariadb, [], true],
  ['SET rand_seed1 = 1, rand_seed2 = 2, a = 3', mariadb, ['a=3'], true],
];

describe('what only the next transaction or statement uses', () => {
  it.each(isolation)('%s', (text, mode, assigned, oneShot) => {
    expect(assigns(text, mode)).toEqual(assigned);
    expect(readOne(text, mode)).toMatchObject({ oneShot, opaque: null });
  });
});

const obscure = [
  'SET ROLE',
  'SET ROLE é',
  'SET RESOURCE GROUP g',
  'SET',
  'SET a',
  'SET a =',
  'SET a = 1,',
  'SET a.b = 1',
  'SET 5 = 1',
  'SET NAMES',
  'SET TRANSACTION ISOLATION LEVEL ODD',
  'SET SESSION TRANSACTION READ',
  'SET pseudo_thread_id = 5',
  'SET STATEMENT a = 1',
];

describe('a SET that cannot be judged', () => {
  it.each(obscure)('%s', (text) => {
    expect(readOne(text).opaque).not.toBeNull();
  });

  it.each(["SET PASSWORD = 'x'", "SET PASSWORD FOR 'u'@'h' = 'x'", 'SET DEFAULT ROLE ALL TO u'])(
    'is none that only changes an account: %s',
    (text) => {
      expect(readOne(text)).toMatchObject({ opaque: null, assigns: [], writes: true });
    },
  );
});

describe('SET autocommit', () => {
  it.each([
    ['SET autocommit = 1', true],
    ['SET autocommit = @x', true],
    ['SET autocommit = DEFAULT', true],
    ['SET autocommit = 0', false],
    ['SET @@autocommit = off', false],
    ['SET GLOBAL autocommit = 1', false],
  ])('ends a transaction unless it is turned off: %s', (text, endsTransaction) => {
    expect(readOne(text).endsTransaction).toBe(endsTransaction);
  });
});

describe('SET STATEMENT', () => {
  it('does what its statement does, and assigns nothing for longer', () => {
    expect(readOne('SET STATEMENT sql_mode = "ANSI", a = 1 FOR SET @q = 1, b = 2')).toMatchObject({
      verb: 'SET',
      assigns: [{ name: 'b', value: { kind: 'literal', sql: '2' } }],
      userVariables: { assigned: ['q'] },
      opaque: null,
    });
  });

  it('is not judged where a value may do something itself', () => {
    expect(readOne('SET STATEMENT a = (SELECT @x := 1) FOR SELECT 1').opaque).not.toBeNull();
    expect(readOne('SET STATEMENT a = f(1) FOR SELECT 1').opaque).not.toBeNull();
  });

  it('does what the innermost of many does, however deep that is', () => {
    for (const between of ['', '(', 'SET STATEMENT a = 1 FOR '])
      expect(readOne(`${`SET STATEMENT FOR ${between}`.repeat(5_000)}DELETE FROM t`)).toMatchObject({
        verb: 'SET',
        mayRunTriggers: true,
        setsForItself: true,
      });
  });

  it('is a statement of MariaDB only', () => {
    expect(readOne('SET STATEMENT a = 1 FOR SELECT 1', mysql8).opaque).not.toBeNull();
  });
});
