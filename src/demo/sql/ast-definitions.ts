// The parts of statements that define tables.

import type { ColumnType } from '../catalog/column-type.js';
import type { Expr, Query, TableName } from './ast.js';

export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly default: Expr | null;
  readonly autoIncrement: boolean;
  readonly onUpdateNow: boolean;
  readonly comment: string;
  readonly primary: boolean;
  readonly unique: boolean;
  readonly position: 'last' | 'first' | { readonly after: string };
}

export interface KeySpec {
  readonly kind: 'primary' | 'unique' | 'index' | 'foreign';
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: { readonly table: TableName; readonly columns: readonly string[] } | null;
}

export type AlterAction =
  | { readonly kind: 'add-column'; readonly column: ColumnSpec }
  | { readonly kind: 'drop-column'; readonly name: string }
  | { readonly kind: 'change-column'; readonly name: string; readonly column: ColumnSpec }
  | { readonly kind: 'rename-column'; readonly name: string; readonly to: string }
  | { readonly kind: 'rename'; readonly to: TableName }
  | { readonly kind: 'add-key'; readonly key: KeySpec }
  | { readonly kind: 'drop-key'; readonly name: string }
  | { readonly kind: 'option' };

export interface CreateTable {
  readonly kind: 'create-table';
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly table: TableName;
  readonly columns: readonly ColumnSpec[];
  readonly keys: readonly KeySpec[];
  readonly comment: string;
  readonly like: TableName | null;
  readonly query: Query | null;
}
