// Calls of GET_LOCK and its like: read as data where it is certain that each is evaluated once, and nowhere else.
import { describe, expect, it } from 'vitest';
import { readStatements } from '../../src/sql/read.js';
import type { LockCall } from '../../src/sql/types.js';
import { mariadb, readOne } from './modes.js';
import { randomOf } from './random.js';

/** Function, item and the arguments as they are written. */
function told(text: string, { function: name, item, ...rest }: LockCall): string {
  const written = [rest.name, rest.timeout].map((argument) =>
    argument === null ? '' : text.slice(argument.start, argument.end),
  );
  return [name, item, ...written].join(' ').trim();
}

const read = (text: string): string[] | null =>
  readOne(text).lockCalls?.map((call) => told(text, call)) ?? null;

describe('calls that are read', () => {
  it.each<[text: string, calls: string[]]>([
    ["SELECT GET_LOCK('a', 1)", ["GET_LOCK 0 'a' 1"]],
    ["select get_lock ( 'a' ,1.5 ) as x;", ["GET_LOCK 0 'a' 1.5"]],
    [
      "SELECT 1, GET_LOCK('a', -1) `x`, RELEASE_LOCK('b') FROM DUAL",
      ["GET_LOCK 1 'a' -1", "RELEASE_LOCK 2 'b'"],
    ],
    ['SELECT GET_LOCK(?, ?), IS_FREE_LOCK(?)', ['GET_LOCK 0 ? ?', 'IS_FREE_LOCK 1 ?']],
    ["DO RELEASE_LOCK('a'), RELEASE_ALL_LOCKS()", ["RELEASE_LOCK 0 'a'", 'RELEASE_ALL_LOCKS 1']],
    ["SELECT /* why */ IS_USED_LOCK('a') -- end", ["IS_USED_LOCK 0 'a'"]],
    ["SELECT GET_LOCK('a', /* at once */ /**/ 0 /* M! */)", ["GET_LOCK 0 'a' 0"]],
    ["SELECT GET_LOCK('a', NULL), @x, NULL", ["GET_LOCK 0 'a' NULL"]],
    ["SET STATEMENT max_statement_time=1 FOR SELECT GET_LOCK('a', 1)", ["GET_LOCK 0 'a' 1"]],
  ])('%s', (text, calls) => expect(read(text)).toEqual(calls));

  it('name the lock as its literal means it', () => {
    const [call] = readOne("SELECT GET_LOCK('it''s', 0)").lockCalls ?? [];
    expect(call?.name).toMatchObject({ kind: 'string', value: "it's" });
  });

  it('count the parameters before them', () => {
    const calls = readOne('SELECT GET_LOCK(?, ?), RELEASE_LOCK(?)').lockCalls ?? [];
    expect(calls.flatMap(({ name, timeout }) => [name, timeout])).toMatchObject([
      { index: 0 },
      { index: 1 },
      { index: 2 },
      null,
    ]);
  });
});

describe('calls that may run never, more than once, or for a name that nobody knows', () => {
  it.each([
    "SELECT GET_LOCK('a', 1) FROM t",
    "SELECT GET_LOCK('a', 1) WHERE 0",
    "SELECT GET_LOCK('a', 1) LIMIT 0",
    "SELECT GET_LOCK('a', 1) HAVING 0",
    "SELECT GET_LOCK('a', 1) INTO @x",
    "SELECT GET_LOCK('a', 1) UNION SELECT 2",
    "SELECT GET_LOCK('a', 1) GROUP BY 1",
    "SELECT DISTINCT GET_LOCK('a', 1)",
    "SELECT 1 FROM t WHERE GET_LOCK('a', 1)",
    "SELECT IF(0, GET_LOCK('a', 1), 2)",
    "SELECT 0 AND GET_LOCK('a', 1)",
    "SELECT GET_LOCK('a', 1) = 1",
    "SELECT GET_LOCK('a', 1), SLEEP(1)",
    "SELECT GET_LOCK('a', 1), @x := 1",
    "SELECT GET_LOCK('a', 1), @@warning_count",
    "SELECT GET_LOCK('a', 1), f()",
    "SELECT GET_LOCK(CONCAT('a', 'b'), 1)",
    "SELECT GET_LOCK('a' 'b', 1)",
    'SELECT GET_LOCK(@a, 1)',
    "SELECT GET_LOCK(_utf8'a', 1)",
    "SELECT GET_LOCK(x'61', 1)",
    "SELECT GET_LOCK('ä', 1)",
    "SELECT GET_LOCK('a', '1')",
    "SELECT GET_LOCK('a', 1 + 1)",
    "SELECT GET_LOCK('a')",
    "SELECT GET_LOCK('a', /*!50000 1 */ )",
    "SELECT GET_LOCK('a' /*!99999 , 1 */ , 2)",
    "SELECT GET_LOCK('a' /*M!99999 , 1 */ , 2)",
    "SELECT GET_LOCK('a', 1 /*!99999 + /* more */ 1 */)",
    "(SELECT GET_LOCK('a', 1))",
    "SET @x = GET_LOCK('a', 1)",
    "INSERT INTO t VALUES (GET_LOCK('a', 1))",
    "BEGIN NOT ATOMIC SELECT GET_LOCK('a', 1); END",
  ])('%s is not read', (text) => expect(read(text)).toBeNull());
});

it('a statement without such calls has none', () => {
  expect(read("SELECT 'GET_LOCK(1)', get_lock, `GET_LOCK` FROM t")).toEqual([]);
});

it('whatever is put together of calls and their parts, what is read are whole calls in order', () => {
  const parts =
    `SELECT DO GET_LOCK( RELEASE_LOCK( RELEASE_ALL_LOCKS() IS_USED_LOCK( 'a' 'b' ? , , ) ) 1 -1 NULL AS x FROM DUAL
    GET_LOCK('a',1) RELEASE_LOCK('a') WHERE /*c*/ /*!50000 */ @x := ( ;`.split(/\s+/);
  let calls = 0;
  for (let seed = 0; seed < 20_000; seed += 1) {
    const random = randomOf(seed);
    const text = `${random.pick(['SELECT ', 'DO ', ''])}${random.list(1, 9, () => random.pick(parts)).join(' ')}`;
    for (const { lockCalls } of readStatements(Buffer.from(text), mariadb)) {
      let end = 0;
      for (const call of lockCalls ?? []) {
        calls += 1;
        expect(call.start, text).toBeGreaterThanOrEqual(end);
        expect(text.slice(call.start, call.end), text).toMatch(
          /^(GET|RELEASE|IS_USED|RELEASE_ALL)_LOCKS?\s*\([^()]*\)$/,
        );
        end = call.end;
      }
    }
  }
  expect(calls).toBeGreaterThan(200);
});
