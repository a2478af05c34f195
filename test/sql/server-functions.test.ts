// What is taken for a built-in function or a keyword can never be a stored function to the server.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCall } from '../../src/sql/calls.js';
import { isFreeFunction } from '../../src/sql/functions.js';
import { createLexer } from '../../src/sql/lexer.js';
import { collectStatement } from '../../src/sql/collect.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { connectRaw, type RawClient } from '../support/raw-client.js';
import { errorOf } from '../support/raw-client.js';
import { mariadb } from './modes.js';

const server = useMariadb();
let account: Account;
let client: RawClient;

beforeAll(async () => {
  account = await server.createAccount();
  client = await connectRaw({ ...server, ...account });
});

afterAll(() => client.quit());

const NO_SUCH_FUNCTION = [1305, 1630];

/** All words in capitals of a source file. */
function capitals(file: string): string[] {
  const source = readFileSync(new URL(`../../src/sql/${file}`, import.meta.url), 'utf8');
  return [...new Set(source.match(/\b[A-Z][A-Z0-9_]*\b/g))];
}

/** Whether the server looks for a stored function of the name, with some number of arguments and with a column. */
async function mayBeStored(name: string): Promise<boolean> {
  for (const given of ['', '1', '1, 1', '1, 1, 1', '1, 1, 1, 1']) {
    const error = errorOf(await client.query(`EXPLAIN SELECT ${name}(${given})`));
    if (error !== undefined && NO_SUCH_FUNCTION.includes(error.errno)) return true;
  }
  return false;
}

describe('to MariaDB', () => {
  it('no function that is taken for built-in is a stored one', async () => {
    const names = capitals('functions.ts').filter((name) => isFreeFunction(name, false, mariadb));
    const stored: string[] = [];
    for (const name of names) if (await mayBeStored(name)) stored.push(name);
    expect(names.length).toBeGreaterThan(300);
    expect(stored).toEqual([]);
  });

  it('a space makes a stored function of the ones that must stand close', async () => {
    const names = capitals('functions.ts').filter(
      (name) => isFreeFunction(name, false, mariadb) && !isFreeFunction(name, true, mariadb),
    );
    expect(names).toContain('COUNT');
    const spaced = capitals('functions.ts').filter((name) => isFreeFunction(name, true, mariadb));
    const stored: string[] = [];
    for (const name of spaced) if (await mayBeStored(`${name} `)) stored.push(name);
    expect(stored).toEqual([]);
  });

  it('no keyword before a parenthesis is a function', async () => {
    const text = (word: string) => Buffer.from(`SELECT ${word}(1)`);
    const keywords = capitals('calls.ts').filter((word) => {
      const tokens = collectStatement(createLexer(text(word), mariadb));
      return tokens.length === 5 && !isCall(tokens, 1);
    });
    expect(keywords.length).toBeGreaterThan(50);
    const called: string[] = [];
    for (const word of keywords) {
      await client.query(`CREATE FUNCTION \`${word}\`(a INT) RETURNS INT RETURN 4242`);
      const reply = await client.query(`SELECT ${word}(1)`);
      const error = errorOf(reply);
      const isFound = reply.some(({ payload }) => payload.includes('4242'));
      if (isFound || (error !== undefined && NO_SUCH_FUNCTION.includes(error.errno))) called.push(word);
    }
    expect(called).toEqual([]);
  });
});
