// docs/errors.md against src/errors.ts: each error has one row there with the same number and state, and no row is left over.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorTable, FleetError, isFleetError, type ErrorCode } from '../src/errors.js';

interface DocumentedError {
  readonly code: string;
  readonly errno: string;
  readonly sqlState: string;
  readonly meaning: string;
  readonly remedy: string;
}

const documented: readonly DocumentedError[] = readFileSync(
  new URL('../docs/errors.md', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => /^\| [A-Z]/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, code = '', errno = '', sqlState = '', meaning = '', remedy = '']) => ({
    code,
    errno,
    sqlState,
    meaning,
    remedy,
  }));

const none = '–';
const codes = Object.keys(errorTable) as ErrorCode[];
const rowOf = (code: ErrorCode): { errno?: number; sqlState?: string; message: string } => errorTable[code];

describe('docs/errors.md', () => {
  it('has exactly one row for each error of the table, and no other', () => {
    expect(documented.map(({ code }) => code).sort()).toEqual([...codes].sort());
  });

  it.each(codes)('says the number and the state of %s, what it means and what to do', (code) => {
    const { errno, sqlState } = rowOf(code);
    const row = documented.find((each) => each.code === code);
    expect([row?.errno, row?.sqlState]).toEqual([String(errno ?? none), sqlState ?? none]);
    expect(row?.meaning).toMatch(/\w.*\.$/);
    expect(row?.remedy).toMatch(/\w.*\.$/);
  });
});

describe('the error table', () => {
  it.each(codes)('gives %s a number with a state of five characters, or neither', (code) => {
    const { errno, sqlState } = rowOf(code);
    expect(sqlState === undefined).toBe(errno === undefined);
    if (errno === undefined || sqlState === undefined) return;
    expect(errno).toBeGreaterThan(0);
    expect(errno).toBeLessThan(65536);
    expect(sqlState).toMatch(/^[0-9A-Z]{5}$/);
  });

  it('fills the details into the message and gives what a client sees', () => {
    const error = new FleetError('UNKNOWN_THREAD', { id: 42 });
    expect([error.message, error.errno, error.sqlState]).toEqual(['Unknown thread id: 42', 1094, 'HY000']);
    expect(isFleetError(error, 'UNKNOWN_THREAD')).toBe(true);
    expect(isFleetError(error, 'QUEUE_FULL')).toBe(false);
    expect(isFleetError(new Error('another'))).toBe(false);
  });
});
