// GET DIAGNOSTICS finds its session's own conditions, with every item, over direct connections and through one port.
import { describe, expect, it } from 'vitest';
import { useMariadb } from '../support/mariadb.js';
import { compareScript } from './compare.js';
import { createFixture } from './fixture.js';
import { stageFor } from './stage.js';
import { printScript, type Login, type Script, type Step } from './step.js';

const server = useMariadb();

const login: Login = { schema: '{schema}', collation: 45, with: [], without: [] };
type Line = Script['lines'][number];
const said = (session: number, sql: string): Line => ({ session, step: { do: 'query', sql } });
const did = (session: number, step: Step): Line => ({ session, step });

const allItems =
  '@a=RETURNED_SQLSTATE, @b=MYSQL_ERRNO, @c=MESSAGE_TEXT, @d=CLASS_ORIGIN, @e=SUBCLASS_ORIGIN, @f=CONSTRAINT_CATALOG, ' +
  '@g=CONSTRAINT_SCHEMA, @h=CONSTRAINT_NAME, @i=CATALOG_NAME, @j=SCHEMA_NAME, @k=TABLE_NAME, @l=COLUMN_NAME, ' +
  '@m=CURSOR_NAME, @n=ROW_NUMBER';
const shown =
  'SELECT @a, @b, @c, @d, @e, @f, @g, @h, @i, @j, @k, @l, @m, @n, COLLATION(@a), COLLATION(@c), @number, @rows';

/** What the session finds of its last statement. */
const look: readonly Line[] = [
  said(0, 'GET DIAGNOSTICS @number = NUMBER, @rows = ROW_COUNT'),
  said(0, `GET DIAGNOSTICS CONDITION 1 ${allItems}`),
  said(0, shown),
  said(0, 'CREATE TEMPORARY TABLE kept SELECT @a, @b, @c, @k, @n, @number, @rows'),
  said(0, 'SHOW CREATE TABLE kept'),
];

const scripts: readonly (readonly [about: string, lines: readonly Line[]])[] = [
  ['after an error', [said(0, 'SELECT missing'), ...look]],
  [
    'after another session had its turn',
    [said(0, 'SELECT missing FROM t'), said(1, 'SELECT bad FROM t'), ...look],
  ],
  ['after a procedure that failed', [said(0, 'CALL missing()'), ...look]],
  [
    'after a procedure that did much and failed',
    [
      said(0, 'CALL fails_late()'),
      ...look,
      said(1, 'SELECT bad'),
      said(0, 'SHOW WARNINGS'),
      ...look.slice(0, 3),
    ],
  ],
  [
    'after a definition with a note',
    [
      said(0, 'CREATE TABLE IF NOT EXISTS t (x INT)'),
      ...look.slice(0, 3),
      said(0, 'DROP TABLE IF EXISTS missing'),
      ...look,
    ],
  ],
  [
    'after a statement that warned',
    [said(0, "SELECT 1 + 'x', 2 + 'y'"), said(1, 'SELECT COUNT(*) FROM t'), ...look],
  ],
  [
    'after a note',
    [said(0, 'DROP TABLE IF EXISTS missing'), said(1, 'SELECT missing'), ...look, said(0, 'SHOW WARNINGS')],
  ],
  [
    'after a signal with items of its own',
    [
      said(
        0,
        "SIGNAL SQLSTATE '45678' SET MESSAGE_TEXT = 'mine: ü', MYSQL_ERRNO = 5000, TABLE_NAME = 'of', CONSTRAINT_NAME = 'n''o', " +
          "CATALOG_NAME = 'c', CURSOR_NAME = 'd', CLASS_ORIGIN = 'here', SUBCLASS_ORIGIN = 'there'",
      ),
      said(1, 'SELECT COUNT(*) FROM t'),
      ...look,
    ],
  ],
  [
    'of each of several conditions, by a literal and by a variable',
    [
      said(0, "SELECT 1 + 'x', 2 + 'y', 3 + 'z'"),
      said(1, 'SELECT missing'),
      said(0, 'SET @at = 2'),
      said(0, 'GET DIAGNOSTICS CONDITION @at @a = MESSAGE_TEXT, @at = MYSQL_ERRNO'),
      said(0, 'GET CURRENT DIAGNOSTICS CONDITION 3 @b = MESSAGE_TEXT /* the last */'),
      said(0, "GET DIAGNOSTICS CONDITION '1' @c = MESSAGE_TEXT;"),
      said(0, 'SELECT @a, @b, @c, @at'),
    ],
  ],
  [
    'several at once, and what follows them',
    [
      said(0, "SELECT 1 + 'x', 2 + 'y'"),
      said(1, 'SELECT missing'),
      said(
        0,
        'GET DIAGNOSTICS @n = NUMBER; GET DIAGNOSTICS CONDITION 2 @`two words` = MESSAGE_TEXT; SELECT @n, @`two words`',
      ),
    ],
  ],
  [
    'the complaint about a number that is none, behind the conditions of before',
    [
      said(0, "SELECT 1 + 'x'"),
      said(1, 'SELECT missing'),
      said(0, 'GET DIAGNOSTICS CONDITION 2 @a = MESSAGE_TEXT'),
      said(0, 'SHOW WARNINGS'),
      said(0, 'SELECT @@warning_count, @@error_count'),
      said(0, 'GET DIAGNOSTICS CONDITION 2 @a = MESSAGE_TEXT, @b = RETURNED_SQLSTATE'),
      said(0, 'GET DIAGNOSTICS CONDITION NULL @a = MESSAGE_TEXT'),
      said(0, 'GET DIAGNOSTICS @n = NUMBER'),
      said(0, 'SELECT @a, @b, @n'),
    ],
  ],
  [
    "no other session's conditions",
    [
      said(0, 'SELECT id FROM t LIMIT 1'),
      said(1, 'SELECT missing'),
      said(0, 'GET DIAGNOSTICS @n = NUMBER'),
      said(0, 'GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT'),
      said(0, 'SHOW WARNINGS'),
      said(0, 'SELECT @n, @a'),
      said(0, 'SELECT id FROM t LIMIT 1'),
      said(1, 'SELECT missing'),
      said(0, 'SELECT 1; SHOW WARNINGS; GET DIAGNOSTICS @n = NUMBER; SELECT @n'),
      said(0, 'SELECT id FROM t LIMIT 1'),
      said(1, 'SELECT missing'),
      said(0, 'GET DIAGNOSTICS @n = NUMBER; GET DIAGNOSTICS CONDITION @n @a = MESSAGE_TEXT; SHOW WARNINGS'),
      said(0, 'SELECT @n, @a'),
    ],
  ],
  [
    'how many rows were changed',
    [
      said(0, 'UPDATE t SET a = 7 WHERE id < 3'),
      said(0, 'GET DIAGNOSTICS @rows = ROW_COUNT'),
      said(0, 'SELECT @rows'),
      said(0, 'UPDATE t SET a = 7 WHERE id < 4'),
      said(0, 'GET DIAGNOSTICS @rows = ROW_COUNT, @n = NUMBER'),
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, 'GET DIAGNOSTICS @again = ROW_COUNT'),
      said(0, 'SELECT @rows, @n, @again'),
    ],
  ],
  [
    'by a prepared statement of either kind',
    [
      did(0, {
        do: 'prepare',
        slot: 0,
        sql: 'GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT, @b = MYSQL_ERRNO',
      }),
      said(0, "PREPARE look FROM 'GET DIAGNOSTICS CONDITION 1 @c = MESSAGE_TEXT'"),
      said(0, 'SELECT missing FROM t'),
      said(1, 'SELECT bad FROM t'),
      did(0, { do: 'execute', slot: 0, values: [], bind: true, cursor: false }),
      said(0, 'EXECUTE look'),
      said(0, 'SELECT @a, @b, @c'),
      said(0, 'SELECT other FROM t'),
      did(0, { do: 'execute', slot: 0, values: [], bind: true, cursor: false }),
      said(0, 'EXECUTE look'),
      said(0, 'SELECT @a, @b, @c'),
    ],
  ],
  [
    'what a server makes of other forms',
    [
      said(0, "SELECT 1 + 'x'"),
      said(1, 'SELECT missing'),
      said(0, 'GET DIAGNOSTICS @a = MESSAGE_TEXT'),
      said(0, 'GET DIAGNOSTICS CONDITION 1 @a = NUMBER'),
      said(0, 'GET DIAGNOSTICS CONDITION 1 a = MESSAGE_TEXT'),
      said(0, 'GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT,'),
    ],
  ],
  [
    'where the session speaks the dialect of Oracle',
    [
      said(0, "SET sql_mode = 'ORACLE'"),
      said(0, 'SELECT missing FROM t'),
      said(1, 'SELECT COUNT(*) FROM t'),
      said(
        0,
        'GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT, @b = MYSQL_ERRNO, @c = RETURNED_SQLSTATE, @d = CLASS_ORIGIN',
      ),
      said(0, 'SELECT @a, @b, @c, @d'),
    ],
  ],
  [
    'whatever character sets the session has',
    [
      said(0, 'SET NAMES latin1'),
      said(0, "SELECT 'fünf' + 1"),
      said(1, 'SELECT COUNT(*) FROM t'),
      said(0, `GET DIAGNOSTICS CONDITION 1 ${allItems}`),
      said(0, shown),
      said(0, 'SHOW WARNINGS'),
    ],
  ],
];

describe.each([
  ['with session tracking', false],
  ['without session tracking', true],
])('GET DIAGNOSTICS %s tells', (_, untracked) => {
  it.each(scripts)('%s', async (_about, lines) => {
    const stage = await stageFor(server, await createFixture(server), untracked);
    const verdict = await compareScript(stage, { logins: [login, login], lines });
    if (verdict.same === false) {
      expect(verdict.throughPort, printScript(verdict.script)).toEqual(verdict.directly);
    }
    expect(verdict.same).toBe(true);
    await stage.close();
  });
});
