// Makes up what sessions do: logins and steps, drawn from a mix that covers every kind of session state.
import type { Random } from '../sql/random.js';
import {
  change,
  diagnosticStatement,
  temporaryTable,
  userVariable,
  userVariableQuestion,
} from './mix-data.js';
import {
  lockStatement,
  programStatement,
  severalStatements,
  textPreparedStatement,
  transactionStatement,
} from './mix-programs.js';
import { question, schemaStatement, setting } from './mix-settings.js';
import type { Login, Step, Value } from './step.js';

/** Collations of the handshake: utf8mb4_general_ci, latin1_swedish_ci, utf8mb3_general_ci, utf8mb4_unicode_ci, utf8mb4_bin. */
const collations = [45, 45, 45, 8, 33, 224, 46];

export function generateLogin(random: Random): Login {
  return {
    schema: random.oneIn(8) ? null : random.oneIn(8) ? '{second}' : '{schema}',
    collation: random.pick(collations),
    with: [
      ...(random.oneIn(8) ? (['FOUND_ROWS'] as const) : []),
      ...(random.oneIn(8) ? (['IGNORE_SPACE'] as const) : []),
    ],
    without: random.oneIn(10) ? ['MULTI_STATEMENTS'] : [],
  };
}

const texts: readonly (readonly [weight: number, make: (random: Random) => string])[] = [
  [8, setting],
  [8, question],
  [3, schemaStatement],
  [5, userVariable],
  [6, userVariableQuestion],
  [6, temporaryTable],
  [5, change],
  [8, diagnosticStatement],
  [3, programStatement],
  [4, textPreparedStatement],
  [4, severalStatements],
  [3, transactionStatement],
  [2, lockStatement],
];

const drawn = texts.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));

/** The next step of a session. */
export function generateStep(random: Random): Step {
  if (random.oneIn(4)) return random.pick(commands)(random);
  return { do: 'query', sql: random.pick(drawn)(random) };
}

/** A step after which a session holds nothing that keeps others waiting. */
export function generateRelease(random: Random): Step {
  return random.pick<Step>([
    { do: 'query', sql: 'COMMIT' },
    { do: 'query', sql: 'ROLLBACK' },
    { do: 'query', sql: 'UNLOCK TABLES' },
    { do: 'query', sql: 'SET autocommit = 1' },
    { do: 'reset-connection' },
    { do: 'change-user', schema: '{schema}' },
    { do: 'reconnect', login: generateLogin(random) },
  ]);
}

const slots = [0, 0, 1, 2];

const prepared: readonly string[] = [
  'SELECT id, a, b FROM t WHERE id >= ? ORDER BY id',
  'SELECT ? AS x, @a, DATABASE()',
  'SELECT ?, ?, 3',
  'INSERT INTO t (a, b) VALUES (?, ?)',
  'SET @a = ?',
  'SELECT * FROM tmp',
  'CREATE TEMPORARY TABLE tmp AS SELECT ? AS a',
  'SELECT @@sql_mode, @@time_zone, LAST_INSERT_ID()',
  'SELECT LENGTH(?), CHARSET(?)',
  'SELECT FOUND_ROWS(), ROW_COUNT() AS r, LAST_INSERT_ID(), ? AS x',
  'CALL gives_rows(?)',
  'SELECT "id" FROM t LIMIT ?',
  'UPDATE t SET b = ? WHERE id = 2',
  'SELECT missing FROM t',
  "SELECT 1 + 'x' FROM t",
  'BEGIN',
  'COMMIT',
];

const values: readonly Value[] = [1, 2, -3, 'é', '2', '', 'text', null];

const commands: readonly ((random: Random) => Step)[] = [
  prepare,
  prepare,
  prepare,
  execute,
  execute,
  execute,
  execute,
  execute,
  (random) => ({ do: 'long-data', slot: random.pick(slots), parameter: random.below(2), text: 'lông' }),
  (random) => ({ do: 'fetch', slot: random.pick(slots), rows: 1 + random.below(3) }),
  (random) => ({ do: 'reset-statement', slot: random.pick(slots) }),
  (random) => ({ do: 'close-statement', slot: random.pick(slots) }),
  (random) => ({
    do: 'init-db',
    schema: random.pick(['{schema}', '{schema}', '{second}', 'no_such_schema']),
  }),
  (random) => ({ do: 'field-list', table: random.pick(['t', 'tmp', 'missing']) }),
  (random) => ({ do: 'set-option', multi: random.below(3) > 0 }),
  () => ({ do: 'ping' }),
  (random) => (random.oneIn(2) ? { do: 'reset-connection' } : { do: 'ping' }),
  (random) =>
    random.oneIn(2)
      ? { do: 'change-user', schema: random.oneIn(3) ? null : '{schema}' }
      : { do: 'reconnect', login: generateLogin(random) },
];

function prepare(random: Random): Step {
  const sql = random.oneIn(2) ? random.pick(prepared) : random.pick(drawn)(random);
  return { do: 'prepare', slot: random.pick(slots), sql };
}

function execute(random: Random): Step {
  return {
    do: 'execute',
    slot: random.pick(slots),
    values: [random.pick(values), random.pick(values)],
    bind: random.oneIn(2),
    cursor: random.oneIn(4),
  };
}
