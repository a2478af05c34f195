// One place on the backend: its link, who runs on it, who holds it, and whose state is on it.

import type { ClientError } from '../../errors.js';
import type { Hold } from '../../session/holds.js';
import type { BackendLink, Live } from '../backend/backend-link.js';
import type { Pace } from '../command/pace.js';
import type { Contender } from './turns.js';

/** A session as the multiplexer sees it. */
export interface Holder extends Contender {
  /** Why it keeps the connection between its commands; empty when it does not. */
  readonly holdReasons: readonly Hold[];
  /** The session has something on the connection that keeps nobody else waiting, but that it could not have on another. */
  isBoundTo(live: Live): boolean;
  /** Its state is in force: asks for what the connection alone knows of sessions. Runs as a turn of its own. */
  saveAll(live: Live): Promise<void>;
  /** Ends what it holds, because its lease ran out. Runs as a turn of its own. */
  expireLease(slot: Slot, idleMs: number): Promise<void>;
}

/** What became of a turn: done; to be run again; to be run again on a new connection. */
export type TurnResult =
  | { readonly type: 'done' }
  | { readonly type: 'again' }
  | { readonly type: 'renew'; readonly reason: string };

/** A command as the multiplexer sees it. */
export interface Work {
  readonly fingerprint: string;
  readonly pace: Pace;
  /** Runs on a live connection. Must not reject: whatever goes wrong is answered to the client. */
  run(slot: Slot, live: Live): Promise<TurnResult>;
}

/** A command that is to be answered with an error instead of being run. */
export interface Refusable extends Work {
  refuse(error: ClientError): void;
}

export interface Running {
  readonly owner: Holder;
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly since: number;
}

export interface Slot {
  readonly link: BackendLink;
  running: Running | null;
  /** The session that keeps the connection between its commands. */
  holder: { readonly owner: Holder; readonly since: number; idleSince: number } | null;
  /** The session whose state is in force; null for none, e.g. on a new connection. */
  resident: Holder | null;
  /** The owner's state is in force from now on, and nothing of the one before is to be asked for any more. */
  moveIn(owner: Holder): void;
  /** A KILL on its way to the running statement through a second connection (`cancel: side_connection`). */
  sideKill: { readonly ended: AbortController; readonly over: Promise<void> } | null;
  /** Epoch ms of the end of the last turn. */
  idleSince: number;
}
