// A command that takes or releases named locks: it waits in the instance for other sessions' locks, and what it did to locks is
// learned before its client has the reply.

import type { InstanceSettings } from '../../config/types.js';
import { FleetError } from '../../errors.js';
import {
  lockLiteral,
  releaseStatement,
  type LockEvent,
  type LockOwner,
  type OwnedLock,
} from '../../session/named-locks.js';
import { queryCommand, type StateCommand } from '../../session/difference.js';
import type { Session } from '../../session/session.js';
import { AnswerCollector } from '../backend/answer-collector.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import { hasDiagnosticsOf, saveDiagnostics } from '../state/save-diagnostics.js';
import { dress, undress, type DressedCommand } from './lock-edits.js';
import { planLocks, type BoundCall, type LockPlan } from './lock-plan.js';
import { describeWait, type LockWaiter, type LockWaits } from './lock-waits.js';
import type { Outcome } from '../backend/reply-progress.js';
import type { Refusable } from '../queue/slot.js';
import type { TurnOwner } from '../queue/turn-owner.js';

/** Ms until a lock that somebody outside of the instance has is asked for again: at first, and at most. */
const FIRST_RETRY_MS = 10;
const LAST_RETRY_MS = 500;

type Row = readonly (string | null)[];

export class LockTurn {
  private readonly since = performance.now();
  private retryMs = FIRST_RETRY_MS;
  private plan: LockPlan = { kind: 'unread' };
  private calls: readonly BoundCall[] = [];
  private collector = new AnswerCollector();
  /** Calls that found another session's lock, and have waited for as long as they were to. */
  private denied: ReadonlySet<BoundCall> = new Set();

  /** The names had to be asked for, which left other counts on the connection. */
  private hasAsked = false;
  /** A lock was not to be had. */
  private wasInVain = false;
  private dressed: DressedCommand | null = null;
  private readonly session: Session;
  private readonly waitList: LockWaits;
  private readonly waiter: LockWaiter;

  /** @param turn what waits, and is refused where the wait ends with an error */
  constructor(
    owner: TurnOwner,
    private readonly command: ClientCommand,
    turn: Refusable,
    private readonly settings: InstanceSettings,
  ) {
    this.session = owner.session;
    this.waitList = owner.host.lockWaits;
    this.waiter = { session: owner.session, resume: () => owner.resume(turn) };
  }

  /** Whether the command waits for a lock, and neither in the queue nor on the backend. */
  get waits(): boolean {
    return this.waitList.isWaiting(this.waiter);
  }

  /** Whether the command may be run again after a loss: what it took went with the connection, and it does nothing else. */
  get isRepeatable(): boolean {
    return this.plan.kind === 'shared';
  }

  /** The command has its answer. */
  leave(): void {
    this.waitList.leave(this.waiter);
    this.waitList.look();
  }

  /**
   * At the beginning of each of the command's turns.
   * @returns whether it may run; else it waits, and its turn is over
   * @throws LOCK_DEADLOCK, QUEUE_TIMEOUT
   */
  admit(live: Live): boolean {
    const { namedLocks } = live.state;
    this.plan = planLocks(this.command, this.session, live);
    this.calls = this.plan.kind === 'unread' ? [] : this.plan.calls;
    this.denied = new Set();
    if (this.plan.kind === 'shared') return this.calls.every((call) => this.admitCall(call, live));
    const foreign = namedLocks.foreignTo(this.session);
    if (foreign === null) return true;
    this.wait(live, null, foreign.owner, this.settings.backend.queueTimeoutMs);
    return false;
  }

  private admitCall(call: BoundCall, live: Live): boolean {
    const { key, waitMs } = call;
    if (key === null || waitMs === null) return true;
    const { namedLocks } = live.state;
    const owner = namedLocks.ownerOf(key);
    if (owner === this.session) return true;
    const ahead = owner ?? this.waitList.before(this.waiter, namedLocks, key);
    if (ahead === null) return true;
    if (this.leftMs(waitMs) > 0) {
      this.wait(live, key, ahead, waitMs);
      return false;
    }
    if (owner !== null) this.denied = new Set([...this.denied, call]);
    return true;
  }

  private wait({ state }: Live, name: string | null, owner: LockOwner, limitMs: number): void {
    const wanted = { locks: state.namedLocks, name, owner };
    if (this.waitList.isCycle(this.session, owner)) throw new FleetError('LOCK_DEADLOCK', {});
    const leftMs = this.leftMs(limitMs);
    if (leftMs > 0) {
      this.waitList.park(this.waiter, wanted, leftMs);
      return;
    }
    const holder = describeWait(wanted, this.session);
    throw new FleetError('QUEUE_TIMEOUT', { seconds: limitMs / 1000, place: 1, holder });
  }

  private leftMs(limitMs: number): number {
    return this.since + limitMs - performance.now();
  }

  /** The command such that the server does for this session what it would do for it alone. */
  dress(live: Live): DressedCommand {
    if (this.plan.kind !== 'shared') return { command: this.command, originalName: null };
    // The question whose locks they are, and a second try, leave counts that are not the session's.
    if (hasDiagnosticsOf(this.session, live.state)) saveDiagnostics(this.session, live);
    this.dressed = dress(this.command, this.calls, this.denied, this.session, live.state.namedLocks);
    return this.dressed;
  }

  /** What has to be done before, where RELEASE_ALL_LOCKS would release other sessions' locks, too. */
  stepsBefore({ state: { namedLocks } }: Live): StateCommand[] {
    const releasesAll = this.calls.some((call) => call.function === 'RELEASE_ALL_LOCKS');
    const owned = namedLocks.ownedBy(this.session);
    if (!releasesAll || owned.length === 0 || namedLocks.foreignTo(this.session) === null) return [];
    return [
      queryCommand(releaseStatement(owned), () => namedLocks.apply(this.session, { type: 'all-released' })),
    ];
  }

  /** Takes a part of the reply, which the client does not get before `settle` says so. */
  forward(bytes: Buffer): void {
    // The bytes are the backend connection's, and overwritten by the next.
    this.collector.forward(Buffer.from(bytes));
  }

  /**
   * Notes whose locks they are, after the reply.
   * @param wasCut the reply has an error of ours in the place of its rest
   * @returns whether the reply counts; else the command waits, and is to be run again
   * @throws BackendGone
   */
  async settle(outcome: Outcome, live: Live, wasCut: boolean): Promise<boolean> {
    const { namedLocks } = live.state;
    undress(this.dressed, this.command, live);
    const row = this.rowOf(outcome, wasCut);
    const held = await this.askHeld(row, live);
    this.wasInVain ||= this.calls.some(
      (call) => call.function === 'GET_LOCK' && (this.denied.has(call) || row?.[call.item] === '0'),
    );
    const events = new Map(this.calls.map((call) => [call, this.eventOf(call, row, held, outcome, live)]));
    const missing = this.calls.find(
      (call) => !wasCut && events.get(call) === null && outcome.rows !== 0 && this.isWaiting(call, outcome),
    );
    if (missing === undefined) {
      for (const event of events.values()) if (event !== null) namedLocks.apply(this.session, event);
      this.noteHolds(outcome, live);
      this.leave();
      return true;
    }
    const taken = [...events.values()].flatMap((event): OwnedLock[] =>
      event?.type === 'taken' ? [{ name: event.name, count: 1 }] : [],
    );
    if (taken.length > 0) live.connection.clearAway(releaseStatement(taken));
    this.learned(live);
    this.tryLater(missing, live);
    return false;
  }

  private isWaiting({ function: what, waitMs }: BoundCall, { err }: Outcome): boolean {
    return what === 'GET_LOCK' && waitMs !== null && err === null && this.leftMs(waitMs) > 0;
  }

  /** Somebody outside of the instance has the lock. The others have their turns meanwhile. */
  private tryLater({ key, waitMs }: BoundCall, { state }: Live): void {
    const wanted = { locks: state.namedLocks, name: key, owner: null };
    this.waitList.park(this.waiter, wanted, Math.min(this.retryMs, this.leftMs(waitMs ?? 0)));
    this.retryMs = Math.min(2 * this.retryMs, LAST_RETRY_MS);
  }

  /** What the calls in a SELECT's list came to; null where the reply does not tell, or not in text. */
  private rowOf({ err, rows }: Outcome, wasCut: boolean): Row | null {
    const { collector } = this;
    this.collector = new AnswerCollector();
    const isText = this.plan.kind !== 'unread' && this.command.statement === null;
    return isText && !wasCut && err === null && rows !== null ? (collector.answer().rows[0] ?? []) : null;
  }

  /** Asks which of the locks the connection has, where neither the reply nor what was known before tells. */
  private async askHeld(row: Row | null, { connection, state }: Live): Promise<ReadonlySet<string>> {
    const names = this.calls.flatMap((call) => {
      const { key, waitMs } = call;
      const isOpen = key !== null && waitMs !== null && !this.denied.has(call);
      return isOpen && state.namedLocks.ownerOf(key) === null ? [key] : [];
    });
    if (row !== null || names.length === 0) return new Set();
    const questions = names.map((name) => `IS_USED_LOCK(${lockLiteral(name)})=CONNECTION_ID()`);
    const [answer] = (await connection.ask(`SELECT ${questions.join(',')} LIMIT 1`)) ?? [];
    this.hasAsked = true;
    return new Set(names.filter((_, i) => answer?.[i] === '1'));
  }

  /** What the call did to a lock of the session; where that is not certain, it may have it more often than the server says. */
  private eventOf(
    call: BoundCall,
    row: Row | null,
    held: ReadonlySet<string>,
    { err }: Outcome,
    { state: { namedLocks } }: Live,
  ): LockEvent | null {
    const { function: what, key: name, waitMs, item } = call;
    if (what === 'RELEASE_ALL_LOCKS') return err === null ? { type: 'all-released' } : null;
    if (name === null || this.denied.has(call)) return null;
    const isOwn = namedLocks.ownerOf(name) === this.session;
    if (what === 'GET_LOCK') {
      const isTaken = row === null ? isOwn || held.has(name) : row[item] === '1';
      return isTaken && waitMs !== null ? { type: 'taken', name } : null;
    }
    if (what !== 'RELEASE_LOCK' || err !== null || !isOwn) return null;
    return row === null || row[item] === '1' ? { type: 'released', name } : { type: 'not-had', name };
  }

  /** After what the reply says of the diagnostics has been noted. */
  learned({ state }: Live): void {
    if (this.hasAsked) state.rowCountOf = state.foundRowsOf = null;
    // Servers forget the warnings of before over a lock that they do not give.
    if (this.wasInVain) this.session.diagnostics.clearWarnings();
    if (this.wasInVain) state.diagnosticsOf = null;
    this.hasAsked = this.wasInVain = false;
  }

  /** Where the locks cannot be told apart, the connection stays with the session. */
  private noteHolds({ err }: Outcome, { state }: Live): void {
    const { holds } = this.session;
    if (this.plan.kind === 'unread') {
      if (this.command.effects.some(({ locks }) => locks.includes('get-lock'))) holds.add('named lock');
    } else if (this.plan.kind === 'alone') {
      if (state.namedLocks.ownedBy(this.session).length > 0) holds.add('named lock');
      else holds.remove('named lock');
    } else if (err === null && this.calls.some((call) => call.function === 'RELEASE_ALL_LOCKS')) {
      holds.remove('named lock');
    }
  }
}
