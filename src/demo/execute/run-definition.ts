// Statements that define schemas, tables and views, each handed to its own.

import type { BindContext } from '../bind/scope.js';
import type { Session } from '../session/session.js';
import type { Statement } from '../sql/ast.js';
import type { Database } from './database.js';
import { done, type Outcome } from './outcome.js';
import { alterTable } from './run-alter.js';
import { runTruncate } from './run-change.js';
import {
  createSchema,
  createTable,
  createView,
  dropSchema,
  dropTables,
  dropViews,
  renameTable,
} from './run-ddl.js';
import { commit } from './transaction.js';

export type Definition = Extract<
  Statement,
  {
    kind:
      | 'create-table'
      | 'truncate'
      | 'drop-table'
      | 'rename-table'
      | 'alter-table'
      | 'create-view'
      | 'drop-view'
      | 'create-schema'
      | 'drop-schema';
  }
>;

/** A definition ends the transaction, but that of a temporary table does not. */
function commitUnlessTemporary(database: Database, session: Session, statement: Definition): void {
  const temporary =
    (statement.kind === 'create-table' || statement.kind === 'drop-table') && statement.temporary;
  if (!temporary) commit(database, session);
}

/** A definition ends the transaction it finds. */
export function runDefinition(
  database: Database,
  session: Session,
  statement: Definition,
  context: BindContext,
): Outcome {
  commitUnlessTemporary(database, session, statement);
  switch (statement.kind) {
    case 'create-table':
      return createTable(database, session, statement, context);
    case 'truncate':
      return runTruncate(database, session, statement.table);
    case 'drop-table':
      return dropTables(database, session, statement);
    case 'rename-table':
      for (const { from, to } of statement.renames) renameTable(database, session, from, to);
      return done();
    case 'alter-table':
      return alterTable(database, session, statement);
    case 'create-view':
      return createView(database, session, statement, context);
    case 'drop-view':
      return dropViews(database, session, statement);
    case 'create-schema':
      return createSchema(database, session, statement);
    case 'drop-schema':
      return dropSchema(database, session, statement);
  }
}
