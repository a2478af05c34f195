// Texts that were read before are not read again, within bounds.
import { describe, expect, it } from 'vitest';
import { createTextReader } from '../../src/sql/cache.js';
import { mariadb } from './modes.js';

const text = (sql: string): Buffer => Buffer.from(sql);

describe('a text reader', () => {
  it('returns what it read before for the same text and mode', () => {
    const read = createTextReader();
    expect(read(text('SELECT 1'), mariadb)).toBe(read(text('SELECT 1'), { ...mariadb }));
    expect(read(text('SELECT 1'), mariadb).fingerprint).toBe('SELECT ?');
  });

  it.each([
    ['ansiQuotes', { ...mariadb, ansiQuotes: true }],
    ['noBackslashEscapes', { ...mariadb, noBackslashEscapes: true }],
    ['ignoreSpace', { ...mariadb, ignoreSpace: true }],
    ['mariadb', { ...mariadb, mariadb: false }],
    ['version', { ...mariadb, version: 50_500 }],
    ['charset', { ...mariadb, charset: 'gbk' }],
  ])('reads anew where %s differs', (_, mode) => {
    const read = createTextReader();
    expect(read(text('SELECT 1'), mode)).not.toBe(read(text('SELECT 1'), mariadb));
  });

  it('forgets what was not used for longest, by entries and by bytes', () => {
    for (const limits of [
      { entries: 2, bytes: 1_000 },
      { entries: 100, bytes: 60 },
    ]) {
      const read = createTextReader(limits);
      const [first, second] = [read(text('SELECT 1'), mariadb), read(text('SELECT 2'), mariadb)];
      expect(read(text('SELECT 1'), mariadb)).toBe(first);
      read(text('SELECT 3'), mariadb);
      expect(read(text('SELECT 1'), mariadb)).toBe(first);
      expect(read(text('SELECT 2'), mariadb)).not.toBe(second);
    }
  });

  it('keeps no long text', () => {
    const read = createTextReader();
    const long = text(`SELECT '${'x'.repeat(5_000)}'`);
    expect(read(long, mariadb)).not.toBe(read(long, mariadb));
    expect(read(long, mariadb).fingerprint).toBe('SELECT ?');
  });

  it('goes by what the text was, not by what its buffer becomes', () => {
    const read = createTextReader();
    const buffer = text('SELECT a');
    const { statements } = read(buffer, mariadb);
    buffer.fill('b', 7);
    expect(statements[0]?.mentions('a')).toBe(true);
    expect(read(buffer, mariadb).statements).not.toBe(statements);
  });
});
