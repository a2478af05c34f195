// The schemas and tables that the demo backend knows, with their MySQL types; the rows are in the embedded engine.

import { mysqlError } from '../mysql-error.js';
import type { ColumnType } from './column-type.js';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The default as a MySQL server shows it (`CURRENT_TIMESTAMP`, `0`, a string's content), or null for none. */
  readonly default: string | null;
  readonly autoIncrement: boolean;
  readonly onUpdateNow: boolean;
  readonly comment: string;
}

export interface Key {
  /** `PRIMARY` for the primary key. */
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'index' | 'foreign';
  readonly columns: readonly string[];
  readonly references: {
    readonly schema: string;
    readonly table: string;
    readonly columns: readonly string[];
  } | null;
}

export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'BASE TABLE' | 'VIEW' | 'SYSTEM VIEW';
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  readonly comment: string;
  readonly createdAt: Date;
  /** How the embedded engine calls it, quoted. */
  readonly storage: string;
  /** The query of a view, as it was written. */
  readonly viewText?: string;
}

/** Names are compared without regard to case, and kept as they were written (`lower_case_table_names` 2). */
export interface Catalog {
  /** Grows with every change. */
  readonly version: number;
  schemas(): readonly string[];
  hasSchema(name: string): boolean;
  createSchema(name: string): void;
  dropSchema(name: string): void;
  tables(schema: string): readonly Table[];
  table(schema: string, name: string): Table | undefined;
  put(table: Table): void;
  remove(schema: string, name: string): void;
}

export function createCatalog(): Catalog {
  const schemas = new Map<string, { readonly name: string; readonly tables: Map<string, Table> }>();
  let version = 0;

  const tablesOf = (schema: string) => {
    const found = schemas.get(schema.toLowerCase());
    if (found === undefined) throw mysqlError('BAD_DB', { schema });
    return found.tables;
  };

  return {
    get version() {
      return version;
    },
    schemas: () => [...schemas.values()].map((schema) => schema.name).sort(),
    hasSchema: (name) => schemas.has(name.toLowerCase()),
    createSchema(name) {
      schemas.set(name.toLowerCase(), { name, tables: new Map() });
      version++;
    },
    dropSchema(name) {
      schemas.delete(name.toLowerCase());
      version++;
    },
    tables: (schema) => [...tablesOf(schema).values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    table: (schema, name) => tablesOf(schema).get(name.toLowerCase()),
    put(table) {
      tablesOf(table.schema).set(table.name.toLowerCase(), table);
      version++;
    },
    remove(schema, name) {
      tablesOf(schema).delete(name.toLowerCase());
      version++;
    },
  };
}

export function column(name: string, type: ColumnType, rest: Partial<Column> = {}): Column {
  return {
    name,
    type,
    nullable: true,
    default: null,
    autoIncrement: false,
    onUpdateNow: false,
    comment: '',
    ...rest,
  };
}

export function primaryKey(...columns: readonly string[]): Key {
  return { name: 'PRIMARY', kind: 'primary', columns, references: null };
}

/** An identifier for the embedded engine. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal for the embedded engine, which knows no backslash. A NUL would end its text early. */
export function quoteText(value: string): string {
  if (!value.includes('\0')) return `'${value.replaceAll("'", "''")}'`;
  return `CAST(X'${Buffer.from(value, 'utf8').toString('hex')}' AS TEXT)`;
}

/** The engine's name for a table that all sessions share. */
export function sharedStorage(schema: string, name: string): string {
  return `main.${quoteName(`${schema.toLowerCase()}.${name.toLowerCase()}`)}`;
}

/** The engine's name for a temporary table of one connection; the connections share one engine. */
export function temporaryStorage(connection: number, schema: string, name: string): string {
  return `temp.${quoteName(`${connection}:${schema.toLowerCase()}.${name.toLowerCase()}`)}`;
}
