// What is known of a scalar function: how it is called, what type it gives, what it does.

import { types, type ColumnType } from '../catalog/column-type.js';
import type { Scalar } from './host.js';

/** The type of a call from the types of its arguments (null: not known). */
export type TypeRule = (args: readonly (ColumnType | null)[]) => ColumnType | null;

export interface FunctionEntry {
  readonly min: number;
  readonly max: number;
  readonly type: TypeRule;
  readonly call: Scalar;
  /** It wants to see NULL arguments; otherwise a NULL argument makes the result NULL. */
  readonly nullable: boolean;
}

export type FunctionTable = Readonly<Record<string, FunctionEntry>>;

/** @param arity `2`, or `[1, 3]` for one to three arguments */
export function scalar(
  arity: number | readonly [number, number],
  type: ColumnType | TypeRule,
  call: Scalar,
  nullable = false,
): FunctionEntry {
  const [min, max] = typeof arity === 'number' ? [arity, arity] : arity;
  return { min, max, type: typeof type === 'function' ? type : () => type, call, nullable };
}

export const first: TypeRule = (args) => args[0] ?? null;
export const { bigint, int, double, varchar, longtext, date, datetime, time, boolean: truth } = types;
