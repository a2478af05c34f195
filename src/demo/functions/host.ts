// What functions may ask of the session whose statement runs.

import type { FunctionArgument, Result } from '../engine/engine.js';

export interface FunctionHost {
  readonly connectionId: number;
  /** `user@host`. */
  readonly user: string;
  readonly schema: string | null;
  readonly version: string;
  /** When the running statement began. */
  readonly now: Date;
  /** Minutes east of UTC that the session's time_zone stands for. */
  readonly zoneMinutes: number;
  lastInsertId: bigint;
  readonly rowCount: number;
  readonly foundRows: number;
  userVariable(name: string): Result;
  setUserVariable(name: string, value: Result): void;
  systemVariable(name: string, scope: 'session' | 'global'): Result;
  getLock(name: string): boolean;
  releaseLock(name: string): boolean | null;
  isFreeLock(name: string): boolean;
}

/** A scalar function: gets what the engine hands over, with NULLs already answered unless it is `nullable`. */
export type Scalar = (args: readonly FunctionArgument[], host: FunctionHost) => Result;

export function text(value: FunctionArgument | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return Buffer.from(value).toString('utf8');
}

/** A number as MySQL prints it: no exponent for what has at most fifteen digits. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value === 0 ? 0 : value);
  const short = Number(value.toPrecision(15));
  return String(short).replace('e+', 'e');
}

/** The number that a text begins with, 0 where there is none, as MySQL reads texts in calculations. */
export function number(value: FunctionArgument | undefined): number {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return 0;
  const found = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text(value));
  return found ? Number(found[0]) : 0;
}
