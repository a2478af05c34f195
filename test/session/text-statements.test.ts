// Text prepared statements: how many a session may keep, and whose those on a connection are.
import { describe, expect, it } from 'vitest';
import { MAX_STATEMENT_BYTES, MAX_STATEMENTS } from '../../src/session/prepared-statements.js';
import {
  canRestore,
  checkTextRoom,
  TextStatementOwners,
  type TextStatement,
  type TextStatements,
} from '../../src/session/text-statements.js';
import { read } from '../sql/modes.js';

const check = (kept: TextStatements, sql: string): void => checkTextRoom(kept, read(sql));
const keeping = (text: string): TextStatement => ({
  text,
  under: { schema: null, variables: new Map() },
  assigned: [],
});

describe('PREPARE', () => {
  const many = new Map(Array.from({ length: MAX_STATEMENTS }, (_, i) => [`s${i}`, keeping('SELECT 1')]));
  const large = new Map([['s', keeping(' '.repeat(MAX_STATEMENT_BYTES))]]);

  it('is refused where the session has too many statements, or too long ones', () => {
    expect(() => check(many, "PREPARE x FROM 'SELECT 1'")).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_STATEMENTS' }),
    );
    expect(() => check(large, "DO 1; PREPARE x FROM 'SELECT 1'")).toThrow(
      expect.objectContaining({ code: 'STATEMENTS_TOO_LARGE' }),
    );
  });

  it('is not before, nor is anything else ever', () => {
    expect(() => check(new Map([['s', keeping('SELECT 1')]]), "PREPARE x FROM 'SELECT 1'")).not.toThrow();
    for (const kept of [many, large])
      expect(() => check(kept, 'EXECUTE s; DEALLOCATE PREPARE s')).not.toThrow();
  });
});

it('a text that may not fit into a packet with its quotes doubled is not one to be prepared again', () => {
  expect(canRestore('s', `SELECT '${"''".repeat(100_000)}'`)).toBe(true);
  expect(canRestore('s', `SELECT '${"''".repeat(200_000)}'`)).toBe(false);
});

it('what a session leaves behind on a connection is dropped there, and prepared again where it is executed', () => {
  const owners = new TextStatementOwners();
  const own: TextStatements = new Map([['s', keeping('SELECT 1')]]);
  owners.give('s', own);
  owners.left(own);
  expect(owners.restore('s', own)).toBe("PREPARE `s` FROM 'SELECT 1'");
  expect(owners.takeOrphans()).toEqual(['DEALLOCATE PREPARE `s`']);
  expect(owners.takeOrphans()).toEqual([]);
});
