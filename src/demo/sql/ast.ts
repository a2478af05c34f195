// What a statement is made of, as the demo backend's parser reads it.

import type { ColumnType } from '../catalog/column-type.js';
import type { AlterAction, CreateTable } from './ast-definitions.js';

export type TemporalKind = 'date' | 'time' | 'datetime';

export type Expr =
  | { readonly kind: 'null' }
  | { readonly kind: 'integer' | 'decimal' | 'double'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Buffer }
  | { readonly kind: 'temporal'; readonly type: TemporalKind; readonly value: string }
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'default' }
  /** `[column]`, `[table, column]` or `[schema, table, column]`. */
  | { readonly kind: 'column'; readonly path: readonly string[] }
  | { readonly kind: 'user-variable'; readonly name: string }
  | { readonly kind: 'assignment'; readonly name: string; readonly value: Expr }
  | { readonly kind: 'system-variable'; readonly scope: 'session' | 'global' | null; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: '-' | '~' | 'NOT' | 'BINARY'; readonly operand: Expr }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'interval'; readonly amount: Expr; readonly unit: string }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly operand: Expr;
      readonly among: readonly Expr[] | Query;
    }
  | {
      readonly kind: 'between';
      readonly negated: boolean;
      readonly operand: Expr;
      readonly low: Expr;
      readonly high: Expr;
    }
  | {
      readonly kind: 'like';
      readonly negated: boolean;
      readonly operand: Expr;
      readonly pattern: Expr;
      readonly escape: Expr | null;
    }
  | {
      readonly kind: 'is';
      readonly negated: boolean;
      readonly operand: Expr;
      readonly what: 'NULL' | 'TRUE' | 'FALSE';
    }
  | {
      readonly kind: 'case';
      readonly subject: Expr | null;
      readonly branches: readonly { readonly when: Expr; readonly then: Expr }[];
      readonly otherwise: Expr | null;
    }
  | Call
  | { readonly kind: 'cast'; readonly operand: Expr; readonly type: ColumnType }
  | { readonly kind: 'collate'; readonly operand: Expr; readonly collation: string }
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'subquery'; readonly query: Query }
  | { readonly kind: 'row'; readonly items: readonly Expr[] };

export interface Call {
  readonly kind: 'call';
  /** In upper case. */
  readonly name: string;
  readonly args: readonly Expr[];
  /** `COUNT(*)`. */
  readonly star: boolean;
  readonly distinct: boolean;
  /** ORDER BY and SEPARATOR of GROUP_CONCAT. */
  readonly orderBy: readonly OrderItem[];
  readonly separator: string | null;
  readonly over: Window | null;
}

export interface Window {
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderItem[];
  /** The frame clause as SQLite takes it too, or ''. */
  readonly frame: string;
}

export interface OrderItem {
  readonly expr: Expr;
  readonly descending: boolean;
}

export interface Query {
  readonly with: { readonly recursive: boolean; readonly tables: readonly CommonTable[] } | null;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit: { readonly offset: Expr | null; readonly count: Expr } | null;
  /** User variables of `SELECT ... INTO @a, @b`. */
  readonly into: readonly string[];
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export type QueryBody =
  | Select
  | {
      readonly kind: 'set';
      readonly operator: SetOperator;
      readonly left: QueryBody;
      readonly right: QueryBody;
    }
  | { readonly kind: 'nested'; readonly query: Query }
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expr[])[] };

export type SetOperator = 'UNION' | 'UNION ALL' | 'EXCEPT' | 'INTERSECT';

export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly countsFoundRows: boolean;
  readonly items: readonly SelectItem[];
  /** User variables of an INTO before FROM; one behind the clauses is the query's. */
  readonly into: readonly string[];
  readonly from: TableRef | null;
  readonly where: Expr | null;
  readonly groupBy: readonly Expr[];
  readonly having: Expr | null;
}

export type SelectItem =
  | { readonly kind: 'star'; readonly qualifier: readonly string[] }
  /** `text` is the expression as the client wrote it, which names the column where there is no alias. */
  | {
      readonly kind: 'expression';
      readonly expr: Expr;
      readonly alias: string | null;
      readonly text: string;
    };

export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

export type TableRef =
  | { readonly kind: 'table'; readonly table: TableName; readonly alias: string | null }
  | {
      readonly kind: 'derived';
      readonly query: Query;
      readonly alias: string;
      readonly columns: readonly string[];
    }
  | {
      readonly kind: 'join';
      readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'CROSS';
      readonly natural: boolean;
      readonly left: TableRef;
      readonly right: TableRef;
      readonly on: Expr | null;
      readonly using: readonly string[];
    };

export interface Assignment {
  readonly column: string;
  readonly value: Expr;
}

export interface Insert {
  readonly kind: 'insert';
  readonly mode: 'insert' | 'ignore' | 'replace';
  readonly table: TableName;
  readonly columns: readonly string[] | null;
  readonly source: readonly (readonly Expr[])[] | Query;
  readonly onDuplicate: readonly Assignment[];
}

export type SetItem =
  | { readonly kind: 'user'; readonly name: string; readonly value: Expr }
  | {
      readonly kind: 'system';
      readonly scope: 'session' | 'global';
      readonly name: string;
      readonly value: Expr;
    }
  | { readonly kind: 'names'; readonly charset: string | null; readonly collation: string | null }
  | { readonly kind: 'charset'; readonly charset: string | null };

export interface Show {
  readonly kind: 'show';
  /** What is shown, by its keywords in upper case: `DATABASES`, `FULL TABLES`, `CREATE TABLE`, ... */
  readonly what: string;
  readonly full: boolean;
  readonly global: boolean;
  readonly table: TableName | null;
  readonly schema: string | null;
  readonly like: string | null;
  readonly where: Expr | null;
}

export type Statement =
  | { readonly kind: 'query'; readonly query: Query }
  | Insert
  | {
      readonly kind: 'update';
      readonly table: TableName;
      readonly alias: string | null;
      readonly set: readonly Assignment[];
      readonly where: Expr | null;
      readonly orderBy: readonly OrderItem[];
      readonly limit: Expr | null;
    }
  | {
      readonly kind: 'delete';
      readonly table: TableName;
      readonly alias: string | null;
      readonly where: Expr | null;
      readonly orderBy: readonly OrderItem[];
      readonly limit: Expr | null;
    }
  | CreateTable
  | { readonly kind: 'truncate'; readonly table: TableName }
  | {
      readonly kind: 'drop-table';
      readonly temporary: boolean;
      readonly ifExists: boolean;
      readonly tables: readonly TableName[];
    }
  | {
      readonly kind: 'rename-table';
      readonly renames: readonly { readonly from: TableName; readonly to: TableName }[];
    }
  | { readonly kind: 'alter-table'; readonly table: TableName; readonly actions: readonly AlterAction[] }
  | {
      readonly kind: 'create-view';
      readonly orReplace: boolean;
      readonly view: TableName;
      readonly columns: readonly string[];
      readonly query: Query;
      readonly text: string;
    }
  | { readonly kind: 'drop-view'; readonly ifExists: boolean; readonly views: readonly TableName[] }
  | { readonly kind: 'create-schema'; readonly ifNotExists: boolean; readonly name: string }
  | { readonly kind: 'drop-schema'; readonly ifExists: boolean; readonly name: string }
  | { readonly kind: 'use'; readonly schema: string }
  | { readonly kind: 'set'; readonly items: readonly SetItem[] }
  | {
      readonly kind: 'set-transaction';
      readonly scope: 'session' | 'global' | 'next';
      readonly isolation: string | null;
      readonly readOnly: boolean | null;
    }
  | Show
  | { readonly kind: 'describe'; readonly table: TableName; readonly column: string | null }
  | { readonly kind: 'explain'; readonly statement: Statement }
  | { readonly kind: 'begin'; readonly readOnly: boolean }
  | { readonly kind: 'commit' | 'rollback'; readonly chain: boolean }
  | { readonly kind: 'savepoint' | 'rollback-to' | 'release'; readonly name: string }
  | { readonly kind: 'prepare'; readonly name: string; readonly text: Expr }
  | { readonly kind: 'execute'; readonly name: string; readonly variables: readonly string[] }
  | { readonly kind: 'deallocate'; readonly name: string }
  | { readonly kind: 'do'; readonly exprs: readonly Expr[] }
  | { readonly kind: 'kill'; readonly what: 'query' | 'connection'; readonly id: Expr }
  | { readonly kind: 'maintain'; readonly what: string; readonly tables: readonly TableName[] }
  /** Understood and of no effect here: LOCK TABLES, UNLOCK TABLES, FLUSH, CREATE INDEX on what has it, ... */
  | { readonly kind: 'nothing'; readonly commits: boolean }
  | { readonly kind: 'call'; readonly name: string };
