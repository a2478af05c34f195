// The sample data: two years of sales, the same on every start.

import { execute } from './execute/execute.js';
import type { Database } from './execute/database.js';
import { quoteText } from './catalog/catalog.js';
import { createSession } from './session/session.js';
import { tokenMode } from './session/session.js';
import { splitStatements } from './sql/parse-statement.js';

export const SAMPLE_SCHEMA = 'sales';
export const SAMPLE_ROWS = 10_000;

const FIRST_DAY = Date.UTC(2023, 0, 1);
const DAYS = 730;
const ROWS_A_STATEMENT = 1000;

const definitions = `
  CREATE TABLE regions (
    region VARCHAR(20) NOT NULL PRIMARY KEY COMMENT 'Where it was sold',
    manager VARCHAR(60) NOT NULL
  ) COMMENT='Who is responsible for which region';
  CREATE TABLE sales (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    cob_date DATE NOT NULL COMMENT 'Close of business',
    region VARCHAR(20) NOT NULL,
    product VARCHAR(40) NOT NULL,
    customer VARCHAR(60) NOT NULL,
    channel ENUM('shop','web','partner') NOT NULL DEFAULT 'shop',
    quantity INT NOT NULL,
    unit_price DECIMAL(10,2) NOT NULL,
    amount DECIMAL(12,2) NOT NULL,
    note VARCHAR(200) DEFAULT NULL,
    booked_at DATETIME NOT NULL,
    KEY cob_date (cob_date),
    KEY region_product (region, product),
    CONSTRAINT sales_region FOREIGN KEY (region) REFERENCES regions (region)
  ) COMMENT='Sales by day';
`;

const regions: readonly (readonly [region: string, manager: string])[] = [
  ['North', 'Ada Berg'],
  ['South', 'Marco Conti'],
  ['East', 'Zofia Nowak'],
  ['West', 'Liam Byrne'],
];
const products: readonly (readonly [product: string, cents: number])[] = [
  ['Desk', 24_900],
  ['Chair', 8_950],
  ['Lamp', 3_499],
  ['Shelf', 12_000],
  ['Monitor', 31_999],
  ['Keyboard', 7_490],
  ['Docking station', 15_900],
  ['Cable set', 1_995],
];
const customers = [
  'Acme Ltd',
  'Bäckerei Öhm',
  'Contoso',
  'Dupont & Fils',
  "O'Hara Bros",
  'Globex',
  'Initech',
  'Umbrella',
];
const channels = ['shop', 'web', 'partner'];

/** A small generator (mulberry32), so that every start makes the same rows. */
function createRandom(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Makes the schema `sales` with its tables and rows. */
export async function fillSample(database: Database): Promise<void> {
  const { globals, locks } = database;
  const account = { account: 'root', address: 'localhost', countsFound: false, multiStatements: true };
  const session = createSession({ connectionId: 0, ...account, globals, locks });
  database.catalog.createSchema(SAMPLE_SCHEMA);
  session.schema = SAMPLE_SCHEMA;
  for (const source of splitStatements(Buffer.from(definitions, 'utf8'), tokenMode(session))) {
    await execute(database, session, source);
  }
  // The rows are right by construction, so they go to the engine without the checks of an INSERT.
  insert(
    database,
    'regions',
    regions.map((row) => row.map(quoteText)),
  );
  insert(database, 'sales', salesRows());
}

function insert(database: Database, name: string, rows: readonly (readonly (string | number)[])[]): void {
  const storage = database.catalog.table(SAMPLE_SCHEMA, name)?.storage ?? '';
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const values = rows.slice(at, at + ROWS_A_STATEMENT).map((row) => `(${row.join(',')})`);
    database.engine.execute(`INSERT INTO ${storage} VALUES ${values.join(',')}`);
  }
}

function salesRows(): (string | number)[][] {
  const random = createRandom(20_230_101);
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T | undefined => from[random(from.length)];
  return Array.from({ length: SAMPLE_ROWS }, (_, i) => {
    const day = FIRST_DAY + Math.floor((i * DAYS) / SAMPLE_ROWS) * 86_400_000;
    const [product = '', cents = 0] = pick(products) ?? [];
    const quantity = 1 + random(12);
    const booked = new Date(day + (8 * 3600 + random(10 * 3600)) * 1000).toISOString();
    const note = random(10) === 0 ? quoteText(`order ${random(90_000) + 10_000}`) : 'NULL';
    return [
      i + 1,
      quoteText(booked.slice(0, 10)),
      quoteText(pick(regions)?.[0] ?? ''),
      quoteText(product),
      quoteText(pick(customers) ?? ''),
      quoteText(pick(channels) ?? ''),
      quantity,
      (cents / 100).toFixed(2),
      ((cents * quantity) / 100).toFixed(2),
      note,
      quoteText(booked.slice(0, 19).replace('T', ' ')),
    ];
  });
}
