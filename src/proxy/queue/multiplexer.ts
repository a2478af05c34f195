// Gives the backend connection to one session after the other: turns, holds and their leases.

import type { InstanceSettings } from '../../config/types.js';
import { noteNewGlobals, type NewGlobal } from '../state/new-globals.js';
import { FleetError } from '../../errors.js';
import type { Events } from '../../observe/events.js';
import type { Session } from '../../session/session.js';
import type { Live } from '../backend/backend-link.js';
import type { BackendGone } from '../backend/backend-connection.js';
import { freshen, isRenewable, keepAlive } from '../backend/connection-care.js';
import { describeBlocker } from './describe-blocker.js';
import { LeaseWatch } from './lease-watch.js';
import { QueueTimeout } from './queue-timeout.js';
import { RunTimes } from '../command/run-times.js';
import type { Holder, Refusable, Running, Slot, TurnResult } from './slot.js';
import { newSlot, type SlotWatch } from './new-slot.js';
import { isWaitingFor, seatOf } from './seat.js';
import { SafeKeeping } from './safe-keeping.js';
import { Turns, type Waiting } from './turns.js';

/** Who has to know what becomes of the backend connections. */
export interface BackendObserver {
  /** A connection is up, or an attempt has failed. */
  backendTried(): void;
  /** A connection was lost, with what `holder` held on it and the state of all sessions that was only there. */
  backendLost(live: Live, error: BackendGone, holder: Holder | null): void;
}

export class Multiplexer {
  readonly slots: readonly Slot[];
  private readonly turns = new Turns<Refusable>();
  private readonly safeKeeping = new SafeKeeping((slot, resident, live) => {
    void this.takeOwnTurn(slot, resident, 'SELECT', () => resident.saveAll(live));
  });
  private readonly keeper: NodeJS.Timeout | undefined;
  private readonly runTimes = new RunTimes();
  private readonly queueTimeout: QueueTimeout;
  private readonly leaseWatch: LeaseWatch;
  private idleListeners: (() => void)[] = [];
  /** The latest connection; what it told of the server holds while there is none. */
  private latest: Live | null = null;
  private stopped = false;

  constructor(
    private readonly settings: InstanceSettings,
    private readonly events: Events,
    observer: BackendObserver,
  ) {
    const { queueTimeoutMs } = settings.backend;
    this.queueTimeout = new QueueTimeout(
      this.turns,
      queueTimeoutMs,
      (owner) => this.describeBlocker(owner as Holder),
      () => this.schedule(),
    );
    this.leaseWatch = new LeaseWatch(
      () => this.slots,
      (slot) => this.turns.some((owner) => isWaitingFor(this.slots, slot, owner as Holder)),
      settings.pinTimeoutMs,
      (slot) => void this.expireLease(slot),
    );
    const watch: SlotWatch = {
      connected: (live) => {
        this.latest = live;
        observer.backendTried();
        this.schedule();
      },
      lost: (live, error, holder) => observer.backendLost(live, error, holder),
      failed: () => observer.backendTried(),
      movedIn: () => this.schedule(),
    };
    this.slots = Array.from({ length: settings.backend.poolSize }, () => newSlot(settings, events, watch));
    this.keeper = keepAlive(this.slots, settings);
  }

  get waiting(): number {
    return this.turns.size;
  }

  get oldestWaitMs(): number {
    const { oldest } = this.turns;
    return oldest === undefined ? 0 : Date.now() - oldest.since;
  }

  /** What is known of the server, from the latest connection; null before the first. */
  get known(): Live | null {
    return this.latest;
  }

  start(): void {
    for (const { link } of this.slots) link.start();
  }

  /**
   * Puts a command into the queue. The owner must have none there and none running.
   * `urgent` work (giving a connection free) is never refused for lack of room.
   */
  submit(owner: Holder, work: Refusable, urgent = false): void {
    if (this.turns.size >= this.settings.backend.maxQueueSize && !urgent && !this.couldRunNow(owner)) {
      work.refuse(
        new FleetError('QUEUE_FULL', {
          waiting: this.turns.size,
          max: this.settings.backend.maxQueueSize,
          holder: this.describeBlocker(owner),
        }),
      );
      return;
    }
    this.turns.add({ owner, since: Date.now(), isShort: this.runTimes.isShort(work), work });
    this.schedule();
  }

  /** Takes a waiting command out of the queue, unanswered; undefined when the owner has none there. */
  withdraw(owner: Holder): Refusable | undefined {
    return this.turns.remove(owner)?.work;
  }

  /** Place in the queue, from 1; 0 for an owner that does not wait. */
  placeOf(owner: Holder): number {
    return this.turns.placeOf(owner);
  }

  slotRunning(owner: Holder): Slot | undefined {
    return this.slots.find((slot) => slot.running?.owner === owner);
  }

  slotHeldBy(owner: Holder): Slot | undefined {
    return this.slots.find((slot) => slot.holder?.owner === owner);
  }

  /** In words, what the owner waits for. */
  describeBlocker(owner: Holder): string {
    const seat = seatOf(this.slots, owner);
    return describeBlocker(seat === undefined ? this.slots : [seat]);
  }

  /** The owner holds less than before, without having had a turn. */
  reconsider(owner: Holder): void {
    const slot = this.slotHeldBy(owner);
    if (slot?.running !== null) return;
    this.updateHolder(slot, owner, Date.now());
    this.schedule();
  }

  /** New sessions begin with other values from now on. */
  globalsChanged(changes: readonly NewGlobal[]): void {
    for (const { link } of this.slots) if (link.live !== null) noteNewGlobals(link.live, changes);
  }

  /** The owner is gone or begins anew: nothing of it is to be asked for any more, and what it left is cleared away. */
  forget(owner: Holder, session: Session): void {
    for (const slot of this.slots) {
      slot.link.live?.state.abandon(session);
      if (slot.resident === owner) slot.resident = null;
      this.releaseLeftLocks(slot, owner);
    }
  }

  /** Resolves once nothing runs and nothing waits. */
  whenIdle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  /** Ends waiting commands with SHUTTING_DOWN, closes the connections, and does not come back. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.keeper);
    this.queueTimeout.stop();
    this.safeKeeping.stop();
    this.leaseWatch.stop();
    for (const { work } of this.turns.takeOlderThan(Infinity))
      work.refuse(new FleetError('SHUTTING_DOWN', {}));
    await Promise.all(this.slots.map(({ link }) => link.stop()));
  }

  private get isIdle(): boolean {
    return this.turns.size === 0 && this.slots.every((slot) => slot.running === null);
  }

  /** Whether a command of the owner would run at once. */
  isFreeFor(owner: Holder): boolean {
    return this.turns.size === 0 && this.couldRunNow(owner);
  }

  private couldRunNow(owner: Holder): boolean {
    return this.slots.some(
      (slot) => slot.running === null && slot.link.live !== null && this.mayRun(owner, slot),
    );
  }

  private mayRun(owner: Holder, slot: Slot): boolean {
    if (slot.holder !== null) return slot.holder.owner === owner;
    return (seatOf(this.slots, owner) ?? slot) === slot;
  }

  private schedule(): void {
    if (this.stopped) return;
    for (const slot of this.slots) {
      const { live } = slot.link;
      if (slot.running !== null || live === null) continue;
      const next = this.turns.take((owner) => this.mayRun(owner as Holder, slot), performance.now());
      if (next !== undefined) void this.takeTurn(slot, live, next);
    }
    this.queueTimeout.watch();
    this.leaseWatch.watch();
    if (this.isIdle) for (const then of this.idleListeners.splice(0)) then();
  }

  private async takeTurn(slot: Slot, live: Live, entry: Waiting<Refusable>): Promise<void> {
    const owner = entry.owner as Holder;
    slot.running = { owner, fingerprint: entry.work.fingerprint, since: Date.now() };
    const fresh = await freshen(slot, live, this.settings);
    const startedAt = performance.now();
    const result: TurnResult = fresh ? await entry.work.run(slot, live) : { type: 'again' };
    if (result.type === 'done') this.runTimes.note(entry.work, performance.now() - startedAt);
    if (result.type === 'renew') await slot.link.renew(result.reason);
    if (result.type !== 'done') this.turns.addFirst(entry);
    this.endTurn(slot, slot.running);
    this.renewOutdated(slot);
    this.safeKeeping.turnEnded(slot);
  }

  /** At once where nobody waits: the next session is to find what its login promises. */
  private renewOutdated(slot: Slot): void {
    const { resident, running, link } = slot;
    const { live } = link;
    if (live?.outdated == null || running !== null || resident === null || !isRenewable(live)) return;
    void this.takeOwnTurn(slot, resident, 'SET', async () => {
      await freshen(slot, live, this.settings);
    });
  }

  /** A turn that nobody has asked for. */
  private async takeOwnTurn(
    slot: Slot,
    owner: Holder,
    fingerprint: string,
    run: () => Promise<void>,
  ): Promise<void> {
    const running = { owner, fingerprint, since: Date.now() };
    slot.running = running;
    await run();
    this.endTurn(slot, running);
  }

  private endTurn(slot: Slot, { owner }: Running): void {
    const now = Date.now();
    slot.running = null;
    slot.idleSince = now;
    this.turns.ended(owner, performance.now());
    this.updateHolder(slot, owner, now);
    this.schedule();
    this.releaseLeftLocks(slot, owner);
  }

  /** Locks of who has gone are in the way of everybody on the server. @param by has a turn for it where nobody is resident */
  private releaseLeftLocks(slot: Slot, by: Holder): void {
    const { live } = slot.link;
    if (this.stopped || slot.running !== null || live?.state.hasLeftLocks !== true) return;
    void this.takeOwnTurn(slot, slot.resident ?? by, 'RELEASE_LOCK', async () => {
      await slot.resident?.saveAll(live);
      for (const sql of live.state.takeLeftLocks()) live.connection.clearAway(sql);
    });
  }

  private updateHolder(slot: Slot, owner: Holder, now: number): void {
    const holds = slot.link.live !== null && owner.holdReasons.length > 0;
    const { holder } = slot;
    if (holds && holder?.owner === owner) {
      holder.idleSince = now;
    } else if (holds) {
      slot.holder = { owner, since: now, idleSince: now };
      this.events.publish({ type: 'pinned', session: owner.id, reasons: owner.holdReasons });
    } else if (holder?.owner === owner) {
      slot.holder = null;
      this.events.publish({ type: 'unpinned', session: owner.id, heldMs: now - holder.since });
    }
  }

  private async expireLease(slot: Slot): Promise<void> {
    const { holder } = slot;
    if (holder === null) return;
    const idleMs = Date.now() - holder.idleSince;
    const reasons = holder.owner.holdReasons;
    this.events.publish({ type: 'lease-expired', session: holder.owner.id, reasons, idleMs });
    await this.takeOwnTurn(slot, holder.owner, 'ROLLBACK', () => holder.owner.expireLease(slot, idleMs));
  }
}
