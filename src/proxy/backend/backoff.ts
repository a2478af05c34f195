// How long to wait before the next attempt to reach the backend.

import { LoginFailed } from './backend-login.js';

/** Too many connections: our old slot is still counted; it is free as soon as the server notices. */
const SLOT_TAKEN: ReadonlySet<number> = new Set([1040, 1203, 1226]);
/** The credentials are refused; a server may lock the account after too many tries. */
const REFUSED: ReadonlySet<number> = new Set([1044, 1045, 1049, 1251, 1698, 3118]);

interface Curve {
  readonly firstMs: number;
  readonly lastMs: number;
}

const unreachable: Curve = { firstMs: 100, lastMs: 5_000 };
const slotTaken: Curve = { firstMs: 25, lastMs: 1_000 };
const refused: Curve = { firstMs: 10_000, lastMs: 60_000 };

/**
 * @param attempt failed attempts in a row, from 1
 * @returns ms, between half and the whole of an exponential curve, so that a hundred instances do not come at once
 */
export function retryDelayMs(error: unknown, attempt: number, random = Math.random): number {
  const errno = error instanceof LoginFailed ? error.errno : undefined;
  const { firstMs, lastMs } = curveFor(errno);
  const whole = Math.min(lastMs, firstMs * 2 ** (attempt - 1));
  return Math.round(whole / 2 + (random() * whole) / 2);
}

function curveFor(errno: number | undefined): Curve {
  if (errno === undefined) return unreachable;
  if (SLOT_TAKEN.has(errno)) return slotTaken;
  return REFUSED.has(errno) ? refused : unreachable;
}
