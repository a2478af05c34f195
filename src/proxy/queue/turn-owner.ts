// The session for which a turn is taken, as the turn sees it.

import type { ClientError } from '../../errors.js';
import type { ConnectionState } from '../../session/connection-state.js';
import type { Session } from '../../session/session.js';
import type { Reply } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientChannel } from '../client/client-channel.js';
import type { ClientCommand } from '../command/command.js';
import type { LockWaits } from '../locks/lock-waits.js';
import type { NewGlobal } from '../state/new-globals.js';
import type { Holder, Refusable, Slot } from './slot.js';

/** The instance around a turn. */
export interface TurnHost {
  /** Where sessions wait for named locks. */
  readonly lockWaits: LockWaits;
  /** A connection begins anew for the sake of `by`; `state` was in force before, and what others had there is gone. */
  stateLost(state: ConnectionState, why: string, by: TurnOwner): void;
  /** A session has given the account another password. */
  passwordChanged(password: string, session: number): void;
  /** Sessions begin with other values from now on. */
  globalsChanged(changes: readonly NewGlobal[]): void;
}

export interface TurnOwner extends Holder {
  readonly session: Session;
  readonly channel: ClientChannel;
  /** The session resident on a connection before, if it is still there. */
  residentSession(slot: Slot): Session | null;
  /**
   * The command may have waited, or been sent before, while the connection was lost.
   * @throws what was lost since it came, with which it is answered instead of being run
   */
  checkLosses(command: ClientCommand): void;
  /** The connection is gone, with all of the session's state that was only there. @param held what the session holds was held there */
  lostConnection(live: Live, detail: string, held: boolean): void;
  /** The client has its whole answer (though the backend may still be sending one that nobody wants). */
  answered(): void;
  /** The server asks for the client's local file. */
  sendLocalFile(live: Live, reply: Reply): void;
  /** Resolves when the client is not sending a local file. */
  whenFileIsOver(): Promise<void>;
  /** What the session had on a connection of that state, and only there, is gone: its next command is told. */
  lostState(state: ConnectionState, why: string): void;
  /** The running statement has run for too long. */
  timedOut(error: ClientError): void;
  readonly host: TurnHost;
  /** Puts the command, which waited for a lock, into the queue for the backend again. */
  resume(turn: Refusable): void;
}
