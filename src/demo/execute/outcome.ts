// What a statement comes to: rows, or that it was done.

import type { ResultColumn } from '../bind/scope.js';
import type { ColumnType } from '../catalog/column-type.js';
import type { Value } from '../engine/engine.js';

export type Outcome =
  | {
      readonly kind: 'rows';
      readonly columns: readonly TypedColumn[];
      readonly rows: readonly (readonly Value[])[];
    }
  | {
      readonly kind: 'done';
      readonly affectedRows: number;
      readonly lastInsertId: bigint;
      readonly info: string;
    };

export interface TypedColumn extends ResultColumn {
  readonly type: ColumnType;
}

export function done(affectedRows = 0, rest: { lastInsertId?: bigint; info?: string } = {}): Outcome {
  return { kind: 'done', affectedRows, lastInsertId: 0n, info: '', ...rest };
}
