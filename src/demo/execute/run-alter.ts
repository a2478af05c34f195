// ALTER TABLE: the table is made anew in its new form, with the rows of the old one.

import { quoteName, type Column, type Key, type Table } from '../catalog/catalog.js';
import { storeSql } from '../functions/store-function.js';
import { mysqlError } from '../mysql-error.js';
import { isStrict, type Session } from '../session/session.js';
import type { Statement } from '../sql/ast.js';
import type { AlterAction, ColumnSpec } from '../sql/ast-definitions.js';
import { findTable, temporaryKey } from './context.js';
import type { Database } from './database.js';
import { done, type Outcome } from './outcome.js';
import { defaultText, renameTable } from './run-ddl.js';
import { defaultSql } from './run-insert.js';
import { columnFromSpec, createStorage, keyFromSpec } from './table-storage.js';

/** A table in the making: each column with the column of the old table that fills it. */
interface Draft {
  readonly columns: readonly { readonly column: Column; readonly from: string | null }[];
  readonly keys: readonly Key[];
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export function alterTable(
  database: Database,
  session: Session,
  statement: Extract<Statement, { kind: 'alter-table' }>,
): Outcome {
  const table = findTable(database, session, statement.table);
  if (table.kind !== 'BASE TABLE')
    throw mysqlError('NOT_SUPPORTED', { what: `ALTER TABLE of the view ${table.name}` });
  const start: Draft = {
    columns: table.columns.map((column) => ({ column, from: column.name })),
    keys: table.keys,
  };
  const asColumn = (spec: ColumnSpec) => columnFromSpec(spec, defaultText);
  const draft = statement.actions.reduce((so, action) => applyAction(so, action, table, asColumn), start);
  if (draft !== start) rebuild(database, session, table, draft);
  for (const action of statement.actions) {
    if (action.kind === 'rename')
      renameTable(database, session, statement.table, {
        ...action.to,
        schema: action.to.schema ?? table.schema,
      });
  }
  return done();
}

function applyAction(
  draft: Draft,
  action: AlterAction,
  table: Table,
  asColumn: (spec: ColumnSpec) => Column,
): Draft {
  switch (action.kind) {
    case 'add-column':
      return addColumn(draft, action.column, asColumn(action.column));
    case 'drop-column':
      return dropColumn(draft, action.name);
    case 'change-column':
      return replaceColumn(draft, action.name, () => asColumn(action.column), action.column);
    case 'rename-column':
      return replaceColumn(draft, action.name, (column) => ({ ...column, name: action.to }));
    case 'add-key': {
      const columns = draft.columns.map(({ column }) => column);
      return { ...draft, keys: [...draft.keys, keyFromSpec(action.key, columns, table.schema, draft.keys)] };
    }
    case 'drop-key':
      if (!draft.keys.some((key) => same(key.name, action.name)))
        throw mysqlError('CANT_DROP_FIELD', { name: action.name });
      return { ...draft, keys: draft.keys.filter((key) => !same(key.name, action.name)) };
    case 'rename':
    case 'option':
      return draft;
  }
}

function addColumn(draft: Draft, spec: ColumnSpec, column: Column): Draft {
  if (draft.columns.some((one) => same(one.column.name, spec.name)))
    throw mysqlError('DUP_FIELDNAME', { column: spec.name });
  const columns = placed(draft.columns, { column, from: null }, spec.position);
  const primary = spec.primary
    ? [{ name: 'PRIMARY', kind: 'primary', columns: [spec.name], references: null } as const]
    : [];
  const unique = spec.unique
    ? [{ name: spec.name, kind: 'unique', columns: [spec.name], references: null } as const]
    : [];
  return { columns, keys: [...draft.keys, ...primary, ...unique] };
}

function placed(
  columns: Draft['columns'],
  added: Draft['columns'][number],
  position: ColumnSpec['position'],
): Draft['columns'] {
  if (position === 'first') return [added, ...columns];
  if (position === 'last') return [...columns, added];
  const after = columns.findIndex((one) => same(one.column.name, position.after));
  if (after < 0) throw mysqlError('BAD_FIELD', { column: position.after, where: 'field list' });
  return [...columns.slice(0, after + 1), added, ...columns.slice(after + 1)];
}

function dropColumn(draft: Draft, name: string): Draft {
  const columns = draft.columns.filter((one) => !same(one.column.name, name));
  if (columns.length === draft.columns.length) throw mysqlError('CANT_DROP_FIELD', { name });
  const keys = draft.keys
    .map((key) => ({ ...key, columns: key.columns.filter((column) => !same(column, name)) }))
    .filter((key) => key.columns.length > 0);
  return { columns, keys };
}

function replaceColumn(
  draft: Draft,
  name: string,
  change: (column: Column) => Column,
  spec?: ColumnSpec,
): Draft {
  const found = draft.columns.find((one) => same(one.column.name, name));
  if (found === undefined) throw mysqlError('BAD_FIELD', { column: name, where: 'field list' });
  const changed = { ...found, column: change(found.column) };
  const moved = spec !== undefined && spec.position !== 'last';
  const columns = moved
    ? placed(
        draft.columns.filter((one) => one !== found),
        changed,
        spec.position,
      )
    : draft.columns.map((one) => (one === found ? changed : one));
  const keys = draft.keys.map((key) => ({
    ...key,
    columns: key.columns.map((column) => (same(column, name) ? changed.column.name : column)),
  }));
  return { columns, keys };
}

function rebuild(database: Database, session: Session, table: Table, draft: Draft): void {
  const { engine } = database;
  const altered: Table = { ...table, columns: draft.columns.map(({ column }) => column), keys: draft.keys };
  const [space = 'main', plain = ''] = table.storage.split(/\.(?=")/, 2);
  const old = `${space}.${quoteName('altered: the old table')}`;
  const strict = isStrict(session);
  const values = draft.columns.map(({ column, from }) =>
    storeSql(from === null ? defaultSql(column) : quoteName(from), column, strict),
  );
  engine.execute('SAVEPOINT alter_table');
  try {
    engine.execute(`ALTER TABLE ${table.storage} RENAME TO ${quoteName('altered: the old table')}`);
    createStorage(engine, altered);
    engine.execute(`INSERT INTO ${space}.${plain} SELECT ${values.join(', ')} FROM ${old}`);
    engine.execute(`DROP TABLE ${old}`);
  } catch (error) {
    engine.execute('ROLLBACK TO alter_table');
    throw error;
  } finally {
    engine.execute('RELEASE alter_table');
  }
  const key = temporaryKey(table.schema, table.name);
  if (session.temporary.has(key)) session.temporary.set(key, altered);
  else database.catalog.put(altered);
}
