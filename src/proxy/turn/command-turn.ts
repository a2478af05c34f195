// A command's turn on the backend: into the session's state, sent, its reply followed, what it did learned.
import type { InstanceSettings } from '../../config/types.js';
import type { ClientError } from '../../errors.js';
import type { Events } from '../../observe/events.js';
import type { StateCommand } from '../../session/difference.js';
import type { Hold } from '../../session/holds.js';
import type { Session } from '../../session/session.js';
import { Capability } from '../../wire/constants.js';
import { writeErr, type ErrPacket } from '../../wire/reply-packets.js';
import { renameColumn } from '../../wire/result-set.js';
import { withChangedRows } from './affected-rows.js';
import { BackendGone, type Reply } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import { cancelOver } from './cancel.js';
import { errPayload, toErrPacket } from '../command/error-reply.js';
import { ClientReply } from './client-reply.js';
import type { ClientCommand } from '../command/command.js';
import { closePayload, longDataFor, namedLike, noteTypes, payloadFor } from './command-payload.js';
import { answersLate } from '../state/new-globals.js';
import { ownValues, savedWarningsReply } from '../state/diagnostics-turn.js';
import { joined, type DressedCommand } from '../locks/lock-edits.js';
import { touchesLocks } from '../locks/lock-plan.js';
import { LockTurn } from '../locks/lock-turn.js';
import { finalForm } from './final-form.js';
import type { Outcome } from '../backend/reply-progress.js';
import { paceOf, type Pace } from '../command/pace.js';
import type { Refusable, Slot, TurnResult } from '../queue/slot.js';
import { errPacketOf, goesWithout, lossError } from './turn-errors.js';
import { endsConnection } from '../command/keep-connection.js';
import { learnFromReply } from './turn-learning.js';
import { commandFinished, commandStarted, type TurnTimes } from './turn-events.js';
import { limitTime } from './time-limit.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import { DifferenceFailed, noteTaken, runSteps, takeSteps } from './take-steps.js';
import { checkSent, moveIn, registerPrepared, saveBeforeReset, stepsTo } from './turn-preparation.js';
import { refuseWithoutSchema, schemaCare, stepsElsewhere } from './without-schema.js';

/** How often a read is sent again after losses, before the loss is told: a statement may be what kills the server. */
const MAX_ATTEMPTS = 3;

export class CommandTurn implements Refusable, TurnTimes {
  readonly queuedAt = performance.now();
  startedAt = 0;
  private attempts = 0;
  private interruption: ClientError | null = null;
  private inFlight: Reply | null = null;
  private reply: ClientReply | null = null;
  private hasAnswered = false;
  /** It has ended the session: COMMIT RELEASE. */
  endsSession = false;
  private timer: NodeJS.Timeout | undefined;
  private live: Live | null = null;
  private readonly locks: LockTurn | null;

  constructor(
    private readonly owner: TurnOwner,
    private readonly command: ClientCommand,
    private readonly settings: InstanceSettings,
    private readonly events: Events,
  ) {
    this.locks = touchesLocks(command) ? new LockTurn(owner, command, this, settings) : null;
  }

  get fingerprint(): string {
    return this.command.fingerprint;
  }

  get pace(): Pace {
    return paceOf(this.command);
  }

  refuse(error: ClientError): void {
    const { code, message } = error;
    this.events.publish({ type: 'command-refused', session: this.owner.id, code, message });
    this.owner.channel.sendError(error, this.command.lastSequence + 1);
    this.finishAnswer();
  }

  /** The client gets `error` in the place of the (rest of the) reply; what the backend still sends is dropped. */
  interrupt(error: ClientError): void {
    this.failWith(error);
    const { inFlight } = this;
    if (inFlight === null) return;
    this.reply?.interrupt(errPayload(error), this.command.lastSequence + 1);
    if (inFlight.tracker.answered) this.finishAnswer();
  }

  /** The command itself is on its way, and not what prepares it or comes after it. */
  get isInFlight(): boolean {
    return this.inFlight?.tracker.done === false;
  }

  /** It is on the backend, or between the commands that it takes there. */
  get isRunning(): boolean {
    return this.live !== null;
  }

  /** Whether it waits for a lock, and neither in the queue nor on the backend. */
  get waitsForLock(): boolean {
    return this.locks?.waits ?? false;
  }

  /** The client gets `error` when the turn ends without its reply. */
  failWith(error: ClientError): void {
    this.interruption ??= error;
  }

  async run(slot: Slot, live: Live): Promise<TurnResult> {
    this.startedAt = performance.now();
    this.attempts++;
    const held = slot.holder?.owner === this.owner ? this.owner.holdReasons : [];
    this.live = live;
    this.events.publish(commandStarted(this.owner.id, this.command, this));
    try {
      if (this.locks?.admit(live) === false) return this.waitForLock();
      return await this.take(slot, live, held.length > 0);
    } catch (error) {
      if (error instanceof BackendGone) return this.afterLoss(error, held);
      if (goesWithout(error, live.state)) return this.again();
      this.answerError(errPacketOf(error, this.events));
      return { type: 'done' };
    } finally {
      clearTimeout(this.timer);
      this.live = null;
    }
  }

  private async take(slot: Slot, live: Live, held: boolean): Promise<TurnResult> {
    const { session } = this.owner;
    this.owner.checkLosses(this.command);
    const before = this.owner.residentSession(slot);
    await moveIn(this.owner, slot, live, this.settings);
    session.begin(live.facts);
    const care = schemaCare(this.command, session, live, held);
    if (care === 'renew') return this.renew('a session without a schema has its turn', live, before);
    if (care === 'refuse') await refuseWithoutSchema(this.owner, this.command, live);
    const { locks } = this;
    const sent = locks?.dress(live) ?? { command: this.command, originalName: null };
    let steps = await stepsTo(this.command, session, live);
    if (care === 'elsewhere') steps.push(...stepsElsewhere(session, live));
    steps.push(...(locks?.stepsBefore(live) ?? []));
    const isAwaited =
      locks !== null ||
      (this.command.isRead ? this.command.statement !== null : !steps.every(({ isCertain }) => isCertain));
    if (isAwaited) {
      await takeSteps(steps, live);
      steps = [];
    }
    const final = await finalForm(sent, session, live);
    const saved = savedWarningsReply(this.command, session, live);
    if (saved !== null) {
      this.owner.channel.forward(saved);
      this.finish(null);
      return { type: 'done' };
    }
    if (this.interruption !== null) throw this.interruption;
    const outcome = await this.send(final, live, steps).finally(() => cancelOver(slot));
    if (locks !== null && !(await locks.settle(outcome, live, this.isCut()))) return this.waitForLock();
    if (!answersLate(this.command)) this.reply?.confirm();
    await learnFromReply(this.owner, this.command, live, outcome).finally(() => this.reply?.confirm());
    this.locks?.learned(live);
    this.endsSession = outcome.err === null && endsConnection(this.command);
    this.finish(outcome.err);
    return { type: 'done' };
  }

  /** Everybody's variables are saved first; what else was only on the old connection is lost, and told. */
  private async renew(reason: string, live: Live, before: Session | null): Promise<TurnResult> {
    await before?.diagnostics.known;
    await saveBeforeReset(this.owner.session, live);
    const why = `the backend connection had to be renewed (${reason})`;
    this.owner.host.stateLost(live.state, why, this.owner);
    this.owner.lostState(live.state, why);
    return { type: 'renew', reason };
  }

  /** Sends what is left of the difference and the command in one write, and follows the reply. */
  private async send(
    { command, originalName }: DressedCommand,
    live: Live,
    steps: readonly StateCommand[],
  ): Promise<Outcome> {
    const { connection, state } = live;
    const { session } = this.owner;
    const own = ownValues(command, session, live);
    const payload = payloadFor(command, own);
    checkSent(this.command.payload, payload, live);
    noteTypes(command);
    const made = namedLike(payload, own, command);
    const rename = joined(made.originalName, originalName);
    const countsAlike = session.has(Capability.FOUND_ROWS);
    connection.cork();
    for (const id of state.unusedStatements.splice(0)) connection.tell(closePayload(id));
    const outcomes = runSteps(steps, connection);
    for (const data of longDataFor(command)) connection.tell(data);
    const isHeld = this.locks !== null || answersLate(this.command);
    const reply = new ClientReply(this.owner.channel, connection, steps.length === 0 && !isHeld);
    const inFlight = connection.run(payload, this.command.form, {
      forward: (bytes) => {
        this.locks?.forward(bytes);
        reply.forward(bytes);
      },
      betweenRows: (sequence) => reply.betweenRows(sequence),
      prepared: (ok) => registerPrepared(ok, made, command, this.hasAnswered ? null : session, state),
      ...(countsAlike ? {} : { counted: (ok, index) => withChangedRows(ok, command.effects, index) }),
      ...(rename === null ? {} : { definition: (payload) => renameColumn(payload, rename) }),
      localInfile: () => this.owner.sendLocalFile(live, inFlight),
    });
    reply.follow(inFlight.tracker);
    connection.uncork();
    this.reply = reply;
    this.inFlight = inFlight;
    this.timer = limitTime(live.state, this.settings, (error, byServer) => {
      this.owner.timedOut(error);
      // A write that the server has ended may still be rolling back.
      if (byServer && this.command.isRead) inFlight.hurry();
    });
    const failed = noteTaken(steps, await Promise.all(outcomes));
    if (failed !== null) reply.discard();
    else if (!isHeld) reply.confirm();
    const outcome = await inFlight.ended;
    if (failed !== null) throw new DifferenceFailed(failed);
    // Who has locks may have to be asked before the client has its answer; a loss then is one before the answer.
    if (this.locks !== null) this.inFlight = null;
    return outcome;
  }

  /** The turn is over, the command is not: it comes again when the lock may be free. */
  private waitForLock(): TurnResult {
    this.reply?.discard();
    this.again();
    this.attempts = 0;
    if (this.interruption !== null) this.answerError(toErrPacket(this.interruption));
    return { type: 'done' };
  }

  private readonly isCut = (): boolean => this.interruption !== null;

  private again(): TurnResult {
    this.inFlight = null;
    this.reply = null;
    return { type: 'again' };
  }

  private afterLoss(error: BackendGone, held: readonly Hold[]): TurnResult {
    const sent = this.inFlight !== null;
    const isRepeatable = this.command.isRead || this.locks?.isRepeatable === true;
    const mayRepeat = held.length === 0 && (!sent || (isRepeatable && this.reply?.begun !== true));
    if (this.inFlight?.tracker.answered === true) {
      this.finish(null);
      return { type: 'done' };
    }
    const isWanted = this.interruption === null && !this.owner.channel.closed;
    if (mayRepeat && isWanted && this.attempts < MAX_ATTEMPTS) {
      if (sent) this.events.publish({ type: 'read-retried', session: this.owner.id });
      return this.again();
    }
    this.owner.session.loseHolds();
    const err = toErrPacket(this.interruption ?? lossError(error, { command: this.command, sent, held }));
    // The backend is not kept waiting for a client that is still sending its file, and does not listen.
    void this.owner.whenFileIsOver().then(() => {
      this.answerError(err);
    });
    return { type: 'done' };
  }

  private answerError(err: ErrPacket): void {
    if (this.reply?.begun === true) this.reply.abort(writeErr(err));
    else if (!this.hasAnswered) this.owner.channel.send(writeErr(err), this.command.lastSequence + 1);
    this.finish(err);
  }

  private finish(error: ErrPacket | null): void {
    this.passLossOn();
    const bytes = this.reply?.bytes ?? 0;
    this.events.publish(commandFinished(this.owner.id, this.command, this, bytes, error, this.settings));
    this.finishAnswer();
  }

  /** A loss behind the answer is the next command's, also of what this one has only just begun to hold. */
  private passLossOn(): void {
    const { live, owner } = this;
    this.live = null;
    const loss = live?.connection.loss ?? null;
    if (live !== null && loss !== null) owner.lostConnection(live, loss.message, true);
  }

  private finishAnswer(): void {
    if (this.hasAnswered) return;
    this.hasAnswered = true;
    this.locks?.leave();
    this.owner.answered();
  }
}
