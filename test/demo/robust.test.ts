// What must not take the demo backend down: endless, huge and senseless statements.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/demo/execute/database.js';
import { execute } from '../../src/demo/execute/execute.js';
import { MySqlError } from '../../src/demo/mysql-error.js';
import { fillSample } from '../../src/demo/sample.js';
import { createSession, tokenMode, type Session } from '../../src/demo/session/session.js';
import { splitStatements } from '../../src/demo/sql/parse-statement.js';
import { changes, selects } from './statements.js';

let database: Database;
let session: Session;

beforeAll(async () => {
  database = await openDatabase();
  await fillSample(database);
  const { globals, locks } = database;
  session = createSession({
    connectionId: 1,
    account: 'a',
    address: 'here',
    countsFound: false,
    multiStatements: true,
    globals,
    locks,
  });
  session.schema = 'sales';
});
afterAll(() => database.close());

async function run(sql: string): Promise<unknown> {
  for (const source of splitStatements(Buffer.from(sql), tokenMode(session)))
    await execute(database, session, source);
  return undefined;
}

describe('the demo backend', () => {
  it.each([
    [
      'ends a recursion without an end',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n',
      3636,
    ],
    [
      'ends one that joins itself to a table',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM regions r JOIN n ON 1 = 1) SELECT 1 FROM n',
      3636,
    ],
    ['refuses a result that would fill the memory', 'SELECT 1 FROM sales a, sales b', 1104],
    ['asks for a name of a derived table', 'SELECT * FROM (SELECT 1)', 1248],
    ['refuses an expression that is none', "SELECT 'a' REGEXP '('", 1139],
    ['refuses parentheses without an end', `SELECT ${'('.repeat(50_000)}`, 1105],
  ])('%s', async (_, sql, errno) => {
    await expect(run(sql)).rejects.toMatchObject({ errno });
    await expect(run('SELECT 1')).resolves.toBeUndefined();
  });

  it('makes no text that is too long', async () => {
    await run("SELECT REPEAT('ab', 1e9), RPAD('a', 1e9, 'b'), SPACE(1e9) INTO @a, @b, @c");
    expect([session.userVariable('b'), String(session.userVariable('c')).length]).toEqual([null, 1_000_000]);
  });

  it('answers mutilated statements with an error of MySQL, never with one of its own', async () => {
    const corpus = [...selects, ...changes].map((sql) => sql.match(/\w+|'[^']*'|\s+|[^\w\s]/g) ?? []);
    const words = corpus.flat();
    const random = createRandom(20_240_105);
    const odd: string[] = [];
    for (let i = 0; i < 3000; i++) {
      const sql = mutilate(corpus[random(corpus.length)] ?? [], words, random);
      try {
        await run(sql);
      } catch (error) {
        if (!(error instanceof MySqlError) || error.errno === 1105) odd.push(`${String(error)} <- ${sql}`);
      }
      session.schema = 'sales';
      session.variables.set('sql_mode', undefined);
    }
    expect(odd).toEqual([]);
  });
});

type Random = (below: number) => number;

function createRandom(seed: number): Random {
  return (below) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
}

/** Leaves out, doubles, replaces and swaps some words. */
function mutilate(sql: readonly string[], words: readonly string[], random: Random): string {
  const result = [...sql];
  const anyWord = () => words[random(words.length)] ?? '';
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(result.length + 1);
    const kind = random(3);
    if (kind === 0) result.splice(at, 1);
    else result.splice(at, kind - 1, anyWord());
  }
  return result.join('');
}
