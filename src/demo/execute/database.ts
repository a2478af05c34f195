// What all connections of the demo backend share: the engine, the catalog, the locks, who is connected.

import { createCatalog, type Catalog } from '../catalog/catalog.js';
import { openEngine, type Engine } from '../engine/engine.js';
import type { FunctionHost } from '../functions/host.js';
import { defineFunctions } from '../functions/index.js';
import { defineStore } from '../functions/store-function.js';
import { mysqlError } from '../mysql-error.js';
import type { NamedLocks, Session } from '../session/session.js';
import { createVariables, type VariableStore } from '../session/system-variables.js';
import { createWriter, type Writer } from '../session/writer.js';
import { informationSchema } from '../show/information-schema.js';

/** Rows that a recursive query may make; the engine runs a statement to its end, while all others wait. */
const MAX_RECURSIONS = 100_000;

export interface Database {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly globals: VariableStore;
  readonly locks: NamedLocks;
  readonly writer: Writer;
  readonly sessions: Map<number, Session>;
  readonly startedAt: Date;
  /** Statements run since the start, for SHOW STATUS. */
  statements: number;
  /** Names the session whose statement the engine runs next; its functions ask it. */
  enter(session: FunctionHost): void;
  close(): void;
}

export async function openDatabase(): Promise<Database> {
  const engine = await openEngine();
  const catalog = createCatalog();
  catalog.createSchema('information_schema');
  for (const table of informationSchema) catalog.put(table.definition);
  let current: FunctionHost | undefined;
  defineFunctions(engine, () => {
    if (current === undefined) throw new Error('a function was called outside of any statement');
    return current;
  });
  defineStore(engine);
  let recursions = 0;
  engine.define('my__count_recursion', () => {
    if (++recursions > MAX_RECURSIONS) throw mysqlError('RECURSION_TOO_DEEP', { max: MAX_RECURSIONS });
    return true;
  });
  return {
    engine,
    catalog,
    globals: createVariables(),
    locks: new Map(),
    writer: createWriter(),
    sessions: new Map(),
    startedAt: new Date(),
    statements: 0,
    enter(session) {
      current = session;
      recursions = 0;
    },
    close: () => engine.close(),
  };
}
