// Conditions of a diagnostics area, kept for their session: asked for all at once, told again by an assignment.

import type { GetDiagnostics } from '../sql/get-diagnostics.js';
import type { ServerFacts } from './session.js';

/** Items of GET DIAGNOSTICS (upper case) and their values; numbers in decimal digits that are none but digits and a sign. */
export type Condition = ReadonlyMap<string, string>;

const items: readonly string[] = (
  'RETURNED_SQLSTATE MYSQL_ERRNO MESSAGE_TEXT CLASS_ORIGIN SUBCLASS_ORIGIN CONSTRAINT_CATALOG CONSTRAINT_SCHEMA ' +
  'CONSTRAINT_NAME CATALOG_NAME SCHEMA_NAME TABLE_NAME COLUMN_NAME CURSOR_NAME'
).split(' ');

/** Since MariaDB 10.7 a condition has the number of its row. */
const ROW_NUMBER = 'ROW_NUMBER';
const HAS_ROW_NUMBER = 100_700;
/** Since MariaDB 10.1.1 a block may stand by itself. */
const HAS_BLOCKS = 100_101;

const unsigned: ReadonlySet<string> = new Set(['NUMBER', 'MYSQL_ERRNO', ROW_NUMBER]);

/** Conditions whose items are asked for, as many as servers keep unless told otherwise (max_error_count). */
const MOST = 64;

type ServerKind = Pick<ServerFacts, 'mariadb' | 'versionNumber'>;

function itemsOf({ mariadb, versionNumber }: ServerKind): readonly string[] {
  return mariadb && versionNumber >= HAS_ROW_NUMBER ? [...items, ROW_NUMBER] : items;
}

/**
 * A statement that answers with all items of all conditions, in one row of one column, and leaves the diagnostics area as it
 * is; null for a server that has none in one.
 */
export function askConditions(facts: ServerKind): string | null {
  if (!facts.mariadb || facts.versionNumber < HAS_BLOCKS) return null;
  const names = itemsOf(facts);
  const variables = names.map((_, i) => `v${i}`);
  const gotten = names.map((name, i) => `v${i}=${name}`).join(',');
  const written = variables.map((variable) => `HEX(${variable})`).join(",',',");
  const declared = `DECLARE ${variables.join(',')} TEXT CHARACTER SET utf8`;
  return (
    `BEGIN NOT ATOMIC DECLARE n,i INT DEFAULT 0;DECLARE r LONGBLOB DEFAULT '';${declared};GET DIAGNOSTICS n=NUMBER;` +
    `WHILE i<n AND i<${MOST} DO SET i=i+1;GET DIAGNOSTICS CONDITION i ${gotten};SET r=CONCAT(r,${written},';');` +
    'END WHILE;SELECT r LIMIT 1;END'
  );
}

/** The conditions in the answer to `askConditions`. */
export function readConditions(answer: string, facts: ServerKind): Condition[] {
  const names = itemsOf(facts);
  return answer
    .split(';')
    .slice(0, -1)
    .map((condition) => new Map(condition.split(',').map((hex, i) => [names[i] ?? '', unhex(hex)] as const)));
}

function unhex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('utf8');
}

/** A condition of which no more is known than SHOW WARNINGS tells, and for an error its packet. */
export function plainCondition(errno: string, message: string, sqlState = 'HY000'): Condition {
  const empty = items.map((name) => [name, ''] as const);
  return new Map([
    ...empty,
    ['RETURNED_SQLSTATE', sqlState],
    ['MYSQL_ERRNO', errno],
    ['MESSAGE_TEXT', message],
    [ROW_NUMBER, '0'],
  ]);
}

/** What GET DIAGNOSTICS tells of a statement as a whole. */
export function statementItems(conditions: number, rowCount: string): Condition {
  return new Map([
    ['NUMBER', String(conditions)],
    ['ROW_COUNT', rowCount],
  ]);
}

/**
 * The SET statement that assigns what `get` would, were the values on the connection; null where it asks for an item that is
 * not among them, which the server refuses.
 */
export function assignmentFor({ items: wanted }: GetDiagnostics, values: Condition): Buffer | null {
  const parts: Buffer[] = [];
  for (const { target, item } of wanted) {
    const value = values.get(item);
    if (value === undefined) return null;
    parts.push(
      Buffer.from(parts.length === 0 ? 'SET ' : ','),
      target,
      Buffer.from(`=${literal(item, value)}`),
    );
  }
  return Buffer.concat(parts);
}

/** The value with the type, the character set and the collation that GET DIAGNOSTICS gives it. */
function literal(item: string, value: string): string {
  if (item === 'ROW_COUNT') return `CAST(${value} AS SIGNED)`;
  if (unsigned.has(item)) return `CAST(${value} AS UNSIGNED)`;
  const text = value === '' ? "''" : `0x${Buffer.from(value, 'utf8').toString('hex')}`;
  return `CONVERT(${text} USING utf8) COLLATE utf8_general_ci`;
}
