// What a session is told when something of its state is gone: its next command is answered with it instead of being misled.

import { FleetError, type ClientError } from '../../errors.js';
import type { ConnectionState } from '../../session/connection-state.js';
import type { Session } from '../../session/session.js';
import { hasDiagnosticsOf } from '../state/save-diagnostics.js';
import { isRollback, type ClientCommand } from '../command/command.js';

export class SessionLosses {
  /** Of a transaction or another hold, and of what the session had on the connection; none is told while null. */
  private hold: FleetError<'TRANSACTION_LOST'> | null = null;
  private state: FleetError<'SESSION_STATE_LOST'> | null = null;

  constructor(private readonly session: Session) {}

  /**
   * What the command is to be answered with instead of being run; null where nothing was lost. Each loss is told once, a lost
   * transaction first; to a command that rolls back it is no loss.
   */
  tell(command: ClientCommand): ClientError | null {
    if (!isRollback(command)) return this.take() ?? this.countLost(command);
    this.hold = null;
    return null;
  }

  /** What SQL_CALC_FOUND_ROWS counted is missed by who asks for it only. */
  private countLost({ effects }: ClientCommand): ClientError | null {
    const { diagnostics } = this.session;
    if (diagnostics.foundRows !== null) return null;
    if (!effects.some((effect) => effect.diagnostics.includes('found-rows'))) return null;
    diagnostics.foundRows = '0';
    return new FleetError('SESSION_STATE_LOST', {
      detail: 'the backend connection was lost, and what FOUND_ROWS() was with it',
    });
  }

  /** What was lost and is told now; null for nothing. */
  take(): ClientError | null {
    const { hold, state } = this;
    this.hold = null;
    if (hold === null) this.state = null;
    return hold ?? state ?? this.displaced();
  }

  /** Values that were too large to be kept while another session used their names. */
  private displaced(): ClientError | null {
    const { displaced } = this.session.userVariables;
    if (displaced.size === 0) return null;
    const names = [...displaced].map((name) => `@${name}`).join(', ');
    displaced.clear();
    return new FleetError('SESSION_STATE_LOST', {
      detail: `another session has used ${names}, and what this one had there was too large to be kept`,
    });
  }

  /** The lease of what it holds ran out, before that is given up. @param idleMs how long it held it without a command */
  leaseExpired(idleMs: number, pinTimeoutMs: number): void {
    const detail =
      `it had held the backend (${this.session.holds.list.join(', ')}) without a command for ${(idleMs / 1000).toFixed(1)} s ` +
      `while others waited (pin_timeout ${pinTimeoutMs / 1000} s)`;
    this.hold = new FleetError('TRANSACTION_LOST', { detail });
  }

  /** What it held is gone, and no command of its is there to be answered with that. */
  holdLost(why: string): void {
    this.session.loseHolds();
    this.hold = new FleetError('TRANSACTION_LOST', { detail: why });
  }

  /** What it had on a connection of that state, and only there, is gone. @returns its names; '' for nothing */
  stateLost(state: ConnectionState, why: string): string {
    const variables = state.userVariables.unsavedOf(this.session.userVariables).map((name) => `@${name}`);
    const tables = state.temporaryTables.namesOf(this.session);
    const gone = [...variables, ...tables, ...this.locksOn(state)].join(', ');
    if (hasDiagnosticsOf(this.session, state)) this.session.diagnostics.lost();
    if (gone !== '')
      this.state ??= new FleetError('SESSION_STATE_LOST', { detail: `${why}, and ${gone} with it` });
    return gone;
  }

  private locksOn({ namedLocks }: ConnectionState): string[] {
    const owned = namedLocks.ownedBy(this.session);
    const named = owned.slice(0, NAMED_LOCKS).map(({ name }) => `the lock '${name}'`);
    const more = owned.length - named.length;
    return more > 0 ? [...named, `${more} more locks`] : named;
  }
}

/** So many locks are told by name. */
const NAMED_LOCKS = 5;
