// Tokens as the server reads them.
import { describe, expect, it } from 'vitest';
import { createLexer, nextToken } from '../../src/sql/lexer.js';
import { Kind } from '../../src/sql/token.js';
import type { SqlMode } from '../../src/sql/types.js';
import { mariadb, mysql56, mysql8 } from './modes.js';

const kindNames = Object.fromEntries(Object.entries(Kind).map(([name, kind]) => [kind, name]));

/** Tokens as `Kind:text`. */
function tokens(text: string | Buffer, mode: Partial<SqlMode> = {}): string[] {
  const bytes = Buffer.from(text);
  const lexer = createLexer(bytes, { ...mariadb, ...mode });
  const found: string[] = [];
  for (let token = nextToken(lexer); token !== null; token = nextToken(lexer))
    found.push(`${kindNames[token.kind] ?? ''}:${bytes.toString('latin1', token.start, token.end)}`);
  return found;
}

const strings: [text: string, mode: Partial<SqlMode>, tokens: string[]][] = [
  [`'a''b'`, {}, [`String:'a''b'`]],
  [`'a\\'b'`, {}, [`String:'a\\'b'`]],
  [`'a\\'b`, { noBackslashEscapes: true }, [`String:'a\\'`, 'Word:b']],
  [`"a'b"`, {}, [`String:"a'b"`]],
  [`"a\\"b"`, {}, [`String:"a\\"b"`]],
  [`"a\\"b`, { ansiQuotes: true }, [`Name:"a\\"`, 'Word:b']],
  [`"a""b"`, { ansiQuotes: true }, [`Name:"a""b"`]],
  ['`a``b`', {}, ['Name:`a``b`']],
  ['`a\\`b', {}, ['Name:`a\\`', 'Word:b']],
  [`N'x' n'y' X'41' b'01'`, {}, [`String:N'x'`, `String:n'y'`, `String:X'41'`, `String:b'01'`]],
  [`N "x"`, {}, ['Word:N', `String:"x"`]],
  [`_utf8mb4'x' 'y'`, {}, ['Word:_utf8mb4', `String:'x'`, `String:'y'`]],
  [`'open`, {}, [`String:'open`]],
  [`'open\\`, {}, [`String:'open\\`]],
  ['`open', {}, ['Name:`open']],
  [`'${'x'.repeat(200)}''${'y'.repeat(200)}\\'${'z'.repeat(200)}' 1`, {}, []],
];

describe('strings and quoted names', () => {
  it.each(strings.filter(([, , expected]) => expected.length > 0))('reads %s', (text, mode, expected) => {
    expect(tokens(text, mode)).toEqual(expected);
  });

  it('finds the end of a long string with quotes and backslashes far apart', () => {
    const long = `'${'x'.repeat(200)}''${'y'.repeat(200)}\\'${'z'.repeat(200)}'`;
    expect(tokens(`${long} 1`)).toEqual([`String:${long}`, 'Number:1']);
  });

  it.each(['gbk', 'gb18030', 'big5', 'sjis', 'cp932'])(
    'takes a backslash that is the second byte of a %s character for no escape',
    (charset) => {
      const text = Buffer.from([
        0x27,
        0xb0 + (charset === 'sjis' || charset === 'cp932' ? 0x40 : 0),
        0x5c,
        0x27,
      ]);
      expect(tokens(text, { charset })).toHaveLength(1);
      expect(tokens(Buffer.concat([text, Buffer.from(' x')]), { charset })).toHaveLength(2);
      expect(tokens(Buffer.concat([text, Buffer.from(' x')]), { charset: 'latin1' })).toHaveLength(1);
    },
  );

  it('takes a backtick that is the second byte of a character for part of the name', () => {
    const text = Buffer.from([0x60, 0xb0, 0x60, 0x60, 0x20, 0x78]);
    expect(tokens(text, { charset: 'gbk' })).toHaveLength(2);
    expect(tokens(text, { charset: 'latin1' })).toHaveLength(1);
  });
});

const comments: [text: string, mode: SqlMode, tokens: string[]][] = [
  ['1 --1', mariadb, ['Number:1', 'Symbol:-', 'Symbol:-', 'Number:1']],
  ['1 -- 1', mariadb, ['Number:1']],
  ['1 --\t1\n+2', mariadb, ['Number:1', 'Symbol:+', 'Number:2']],
  ['1 --', mariadb, ['Number:1']],
  ['1 --\x01 x', mariadb, ['Number:1']],
  ['1 # 2\r3\n4', mariadb, ['Number:1', 'Number:4']],
  ['1 /* 2 */ 3', mariadb, ['Number:1', 'Number:3']],
  ['1 /*/ 2 */ 3', mariadb, ['Number:1', 'Number:3']],
  ['1 /* 2 /* 3 */ 4', mariadb, ['Number:1', 'Number:4']],
  ['1 /* 2', mariadb, ['Number:1']],
  ['1 /*+ 2 */ 3', mariadb, ['Number:1', 'Number:3']],
  ['1 /*! 2 */ 3', mariadb, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*!2 */ 3', mariadb, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*!50000 2 */ 3', mariadb, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*!500002 */ 3', mariadb, ['Number:1', 'Number:3']],
  ['1 /*!500002 */ 3', mysql56, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*!50000 2', mariadb, ['Number:1', 'Number:2']],
  ['1 /*!50700 2 */ 3', mariadb, ['Number:1', 'Number:3']],
  ['1 /*!99999 2 */ 3', mariadb, ['Number:1', 'Number:3']],
  ['1 /*!100100 2 */ 3', mariadb, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*!110100 2 */ 3', mariadb, ['Number:1', 'Number:3']],
  ['1 /*M! 2 */ 3', mariadb, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*M!50700 2 */ 3', mariadb, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*M! 2 */ 3', mysql8, ['Number:1', 'Number:3']],
  ['1 /*!50700 2 */ 3', mysql8, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*!080000 2 */ 3', mysql8, ['Number:1', 'Number:2', 'Number:3']],
  ['1 /*!080100 2 */ 3', mysql8, ['Number:1', 'Number:3']],
  ['1 /*!50700 2 */ 3', mysql56, ['Number:1', 'Number:3']],
  ['1 /*! 2 /* x */ 3 */ 4', mariadb, ['Number:1', 'Number:2', 'Number:3', 'Number:4']],
  ['1 /*!99999 2 /* x */ 3 */ 4', mariadb, ['Number:1', 'Number:4']],
  ['1 /*!50000 2 /*!99999 3 */ 4 */ 5', mariadb, ['Number:1', 'Number:2', 'Number:4', 'Number:5']],
  ['1 /*!50000 2 -- */\n 3 */ 4', mariadb, ['Number:1', 'Number:2', 'Number:3', 'Number:4']],
  [`1 /*!50000 '*/' */ 4`, mariadb, ['Number:1', `String:'*/'`, 'Number:4']],
  ['1 */ 2', mariadb, ['Number:1', 'Symbol:*', 'Symbol:/', 'Number:2']],
];

describe('comments', () => {
  it.each(comments)('reads %s', (text, mode, expected) => {
    expect(tokens(text, mode)).toEqual(expected);
  });
});

const others: [text: string, tokens: string[]][] = [
  [
    '1 1.5 .5 1. 1e5 1E-5 1.5e+3',
    ['1', '1.5', '.5', '1.', '1e5', '1E-5', '1.5e+3'].map((n) => `Number:${n}`),
  ],
  ['0x1F 0b01', ['Number:0x1F', 'Number:0b01']],
  ['0xZ 0X1F 0b2 1st 1e', ['Word:0xZ', 'Word:0X1F', 'Word:0b2', 'Word:1st', 'Word:1e']],
  ['1e5x', ['Number:1e5', 'Word:x']],
  ['t.1 t.1a', ['Word:t', 'Symbol:.', 'Word:1', 'Word:t', 'Symbol:.', 'Word:1a']],
  ['1.a', ['Number:1.', 'Word:a']],
  ['a$b_c é', ['Word:a$b_c', 'Word:Ã©']],
  ['@a @a.b$c', ['UserVariable:@a', 'UserVariable:@a.b$c']],
  [`@'a b' @"c" @\`d\``, [`UserVariable:@'a b'`, `UserVariable:@"c"`, 'UserVariable:@`d`']],
  ['@@a @@session.b', ['System:@@', 'Word:a', 'System:@@', 'Word:session', 'Symbol:.', 'Word:b']],
  ['@x:=1', ['UserVariable:@x', 'Assign::=', 'Number:1']],
  ['a;b', ['Word:a', 'Delimiter:;', 'Word:b']],
  ['a\vb\fc', ['Word:a', 'Word:b', 'Word:c']],
  ['@', ['Symbol:@']],
  ['', []],
];

describe('words, numbers and variables', () => {
  it.each(others)('reads %j', (text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  it('takes the no-break space for white space in latin1, for a letter in UTF-8', () => {
    const text = Buffer.from([0x61, 0xa0, 0x62]);
    expect(tokens(text, { charset: 'latin1' })).toHaveLength(2);
    expect(tokens(text, { charset: 'utf8mb4' })).toHaveLength(1);
  });
});
