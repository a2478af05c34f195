// Settings under which the tests read statements, and short ways to read them.
import { readStatements } from '../../src/sql/read.js';
import type { SqlMode, Statement } from '../../src/sql/types.js';

/** MariaDB 10.11 with its default sql_mode. */
export const mariadb: SqlMode = {
  ansiQuotes: false,
  noBackslashEscapes: false,
  ignoreSpace: false,
  charset: 'utf8mb4',
  mariadb: true,
  version: 101_119,
};

/** MySQL 8.0. */
export const mysql8: SqlMode = { ...mariadb, mariadb: false, version: 80_036 };

export const mysql56: SqlMode = { ...mariadb, mariadb: false, version: 50_624 };

/** The statements of a text; bytes that are no UTF-8 can be given as a buffer. */
export function read(text: string | Buffer, mode: Partial<SqlMode> = {}): Statement[] {
  return readStatements(Buffer.from(text), { ...mariadb, ...mode });
}

/** The one statement of a text. */
export function readOne(text: string | Buffer, mode: Partial<SqlMode> = {}): Statement {
  const [statement, ...more] = read(text, mode);
  if (statement === undefined || more.length > 0)
    throw new Error(`${more.length + Number(statement !== undefined)} statements`);
  return statement;
}

/** What of a statement differs from one without effects; offsets and `mentions` left out. */
export function effects(text: string | Buffer, mode: Partial<SqlMode> = {}): Partial<Statement> {
  const statement = readOne(text, mode);
  const told = Object.entries(statement).filter(
    ([key, value]) => key in withoutEffects && JSON.stringify(value) !== JSON.stringify(plain.get(key)),
  );
  return Object.fromEntries([['verb', statement.verb], ...told]);
}

const withoutEffects: Omit<Statement, 'start' | 'end' | 'mentions' | 'verb' | 'calls' | 'callsOnly'> = {
  isRead: false,
  writes: false,
  mayRunTriggers: false,
  updatesDuplicates: false,
  beginsTransaction: false,
  endsTransaction: false,
  endsConnection: false,
  assigns: [],
  globals: [],
  userVariables: { mentioned: [], assigned: [] },
  temporaryTables: { created: [], dropped: [], renamed: [] },
  createdTables: [],
  droppedTables: [],
  use: null,
  mayDropSchema: false,
  usesSchema: false,
  needsSchema: false,
  asksOfSchema: [],
  diagnostics: [],
  sequence: null,
  locks: [],
  handler: null,
  lockCalls: [],
  usesConnectionId: false,
  processes: null,
  kill: null,
  prepare: null,
  execute: null,
  runs: null,
  deallocate: null,
  role: null,
  ownPassword: null,
  loadsLocalFile: false,
  oneShot: false,
  setsForItself: false,
  opaque: null,
};

const plain = new Map<string, unknown>(Object.entries(withoutEffects));
