// Values in the place of questions: which are answered, how they are typed, and what their columns are called.
import { describe, expect, it } from 'vitest';
import { substitute } from '../../src/sql/substitute.js';
import { mariadb } from './modes.js';

const values = { connectionId: '7', rowCount: '-1', foundRows: '12', warningCount: '0', errorCount: '0' };

const put = (text: string): string | undefined =>
  substitute(Buffer.from(text), mariadb, values)?.text.toString();

describe('what a statement asks of the one before', () => {
  it('is answered with the width of a BIGINT', () => {
    expect(put('SELECT FOUND_ROWS()')).toBe("SELECT CAST('000000000000000000012' AS SIGNED)");
    expect(put('SELECT ROW_COUNT()')).toBe("SELECT CAST('-00000000000000000001' AS SIGNED)");
  });

  it('is left to the server where a statement of the same text came before', () => {
    expect(put('DO 1; SELECT ROW_COUNT()')).toBeUndefined();
    expect(put('SELECT FOUND_ROWS(); SELECT FOUND_ROWS()')).toMatch(/; SELECT FOUND_ROWS\(\)$/);
  });

  it('has a column of its own name, though two values are the same', () => {
    const both = substitute(Buffer.from('SELECT @@warning_count, @@session.error_count'), mariadb, values);
    const columns = both?.text.toString().slice('SELECT '.length).split(', ') ?? [];
    expect(columns.map((column) => both?.originalName(column))).toEqual([
      '@@warning_count',
      '@@session.error_count',
    ]);
  });
});

it("the session's id is put in wherever it stands", () => {
  expect(put('DO 1; SELECT CONNECTION_ID()')).toContain('CAST(7 AS UNSIGNED)');
});

it('strings, comments and names of other schemas ask nothing', () => {
  expect(put("SELECT 'ROW_COUNT()', x.FOUND_ROWS() /* ROW_COUNT() */")).toBeUndefined();
});

it('a question that is put ten thousand times makes the text longer by its answers alone', () => {
  const asked = substitute(Buffer.from(`SELECT ${'CONNECTION_ID()+'.repeat(10_000)}0`), mariadb, values);
  expect(asked?.text.length).toBeLessThan(500_000);
  const [one, other] = ['CONNECTION_ID()', 'connection_id( )'];
  const both = substitute(Buffer.from(`SELECT ${one}+${other}+${one}`), mariadb, values);
  expect(both?.originalName(both.text.toString())).toBe(`SELECT ${one}+${other}+${one}`);
});

it('the schema is not put in behind a USE', () => {
  const put = substitute(Buffer.from('SELECT DATABASE(); USE d; SELECT DATABASE()'), mariadb, {
    schema: 'none',
  });
  expect(put?.text.toString()).toBe('SELECT NULLIF(DATABASE(),DATABASE()); USE d; SELECT DATABASE()');
});

it('the schema that a session has not is NULL, typed as the name of one', () => {
  const asked = Buffer.from("SELECT Database( ), 'SCHEMA()', SCHEMA()");
  const put = substitute(asked, mariadb, { schema: 'none' });
  const [name, text, other] = put?.text.toString().slice('SELECT '.length).split(', ') ?? [];
  expect(name).toBe('NULLIF(DATABASE(),DATABASE())');
  expect(text).toBe("'SCHEMA()'");
  expect([name, other].map((column = '') => put?.originalName(column))).toEqual(['Database( )', 'SCHEMA()']);
});

describe('a column that is named after a question', () => {
  it('of a megabyte has a name as long as servers give it', () => {
    const question = `CONNECTION_ID(/*${'x'.repeat(1_000_000)}*/)`;
    const asked = substitute(Buffer.from(`SELECT ${question}`), mariadb, values);
    const shown = asked?.text.toString().slice('SELECT '.length) ?? '';
    expect(asked?.originalName(shown)).toBe(question.slice(0, 255));
    expect(asked?.originalName(shown.repeat(5))).toHaveLength(255);
  });
});
