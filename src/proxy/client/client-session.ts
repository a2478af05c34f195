// One client after its login: takes its commands in order, answers what needs no backend, queues the rest.

import { FleetError, type ClientError } from '../../errors.js';
import type { ConnectionState } from '../../session/connection-state.js';
import type { Hold } from '../../session/holds.js';
import type { Session } from '../../session/session.js';
import type { Frame } from '../../wire/framing.js';
import type { Reply } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import { cancelOnBackend } from '../turn/cancel.js';
import { errPayload } from '../command/error-reply.js';
import type { ClientChannel } from './client-channel.js';
import type { ClientCommand } from '../command/command.js';
import { CommandTurn } from '../turn/command-turn.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import { giveUpIfThere } from '../turn/give-up.js';
import { Intake } from './intake.js';
import { idleLimit } from '../state/patience.js';
import { LocalFile } from '../turn/local-file.js';
import { saveAll } from '../turn/turn-preparation.js';
import { ReleaseTurn } from '../turn/release-turn.js';
import { serve } from './serve-command.js';
import { SessionActivity } from './session-activity.js';
import type { SessionHost } from './session-host.js';
import { SessionLosses } from './session-losses.js';
import type { Refusable, Slot } from '../queue/slot.js';

export class ClientSession implements TurnOwner {
  private readonly intake: Intake;
  private turn: CommandTurn | null = null;
  private readonly losses: SessionLosses;
  private file: LocalFile | null = null;
  private isClosed = false;
  readonly activity = new SessionActivity();
  /** How often it has failed to become another user. */
  refusedChanges = 0;

  constructor(
    readonly session: Session,
    readonly channel: ClientChannel,
    readonly host: SessionHost,
    readonly program: string | undefined,
  ) {
    this.losses = new SessionLosses(session);
    this.intake = new Intake(channel, {
      isOccupied: () => this.activity.isBusy || this.isClosed,
      serve: (frame) => this.serve(frame),
      idle: () => this.endIfDraining(),
    });
  }

  get id(): number {
    return this.session.id;
  }

  get holdReasons(): readonly Hold[] {
    return this.session.holds.list;
  }

  open(): void {
    this.channel.listen({
      frame: (frame) => this.receive(frame),
      broken: (error) => this.endWith(error, 1),
      closed: () => this.close('the client closed the connection'),
    });
  }

  isBoundTo({ state: { namedLocks, sequencesOf, temporaryTables, userVariables } }: Live): boolean {
    const { session } = this;
    return (
      sequencesOf === session ||
      namedLocks.ownedBy(session).length > 0 ||
      temporaryTables.namesOf(session).length > 0 ||
      userVariables.unsavedOf(session.userVariables).length > 0
    );
  }

  saveAll(live: Live): Promise<void> {
    return saveAll(this.session, live);
  }

  residentSession(slot: Slot): Session | null {
    return slot.resident instanceof ClientSession ? slot.resident.session : null;
  }

  /** Sends a command to the backend, when its turn comes. */
  submit(command: ClientCommand): void {
    this.activity.fingerprint = command.fingerprint;
    const lost = this.losses.tell(command);
    if (lost !== null) {
      this.answerError(lost, command.lastSequence);
      return;
    }
    this.turn = new CommandTurn(this, command, this.host.settings, this.host.events);
    this.host.multiplexer.submit(this, this.turn);
  }

  checkLosses(command: ClientCommand): void {
    const lost = this.losses.tell(command);
    if (lost !== null) throw lost;
  }

  /** Answers the command that is being served. */
  answer(payload: Buffer, lastSequence: number): void {
    this.channel.send(payload, lastSequence + 1);
    this.answered();
  }

  answerPackets(packets: Buffer): void {
    this.channel.forward(packets);
    this.answered();
  }

  answerError(error: ClientError, lastSequence: number): void {
    const { code, message } = error;
    this.host.events.publish({ type: 'command-refused', session: this.id, code, message });
    this.channel.sendError(error, lastSequence + 1);
    this.answered();
  }

  answered(): void {
    const ends = this.turn?.endsSession === true;
    this.turn = null;
    this.file = null;
    this.activity.ended(idleLimit(this.session), ({ name }) => this.end(name));
    if (ends) this.end('it ended with RELEASE');
    else this.intake.serveNext();
  }

  /** Gives up everything that the session has on a backend connection, then calls `then`. */
  beginAnew(then: () => void): void {
    this.release(() => {
      this.forget();
      then();
    });
  }

  private forget(): void {
    this.host.multiplexer.forget(this, this.session);
    this.host.lockWaits.look();
  }

  resume(turn: Refusable): void {
    this.host.multiplexer.submit(this, turn, true);
  }

  private release(then: () => void): void {
    const { multiplexer } = this.host;
    const needed = this.session.holds.any || multiplexer.slotRunning(this) !== undefined;
    if (needed) multiplexer.submit(this, new ReleaseTurn(this, this.host.settings, then), true);
    else then();
  }

  /** COM_STMT_CLOSE closes a cursor without a turn on the backend. */
  cursorMayHaveClosed(): void {
    const { holds, statements } = this.session;
    if (!holds.has('cursor') || statements.anyCursorOpen) return;
    holds.remove('cursor');
    this.host.multiplexer.reconsider(this);
  }

  private receive(frame: Frame): void {
    if (this.file?.isOver === false) {
      this.file.take(frame);
      return;
    }
    this.intake.take(frame);
  }

  private serve(frame: Frame): void {
    this.activity.began();
    serve(this, frame);
  }

  sendLocalFile({ connection }: Live, reply: Reply): void {
    if (this.isClosed || reply.tracker.answered) {
      void connection.destroy('the server asked for the file of a statement that was cancelled');
      return;
    }
    this.file = new LocalFile(this.channel, connection, reply, this.host.settings.stallTimeoutMs, (error) =>
      this.endWith(error, 1),
    );
    // What was sent ahead of being asked for; behind the file's end, commands may follow.
    for (const frame of this.intake.takeAll()) this.receive(frame);
  }

  /** Resolves when the client is not (any longer) sending a local file, so that it looks for an answer. */
  whenFileIsOver(): Promise<void> {
    return this.file?.over ?? Promise.resolve();
  }

  /** KILL QUERY: ends the command, or the reply that the client has yet to take; nothing happens to an idle session. */
  cancel(error: ClientError, by: number | 'query-timeout'): void {
    if (this.turn !== null) this.interrupt(error, by);
    else if (this.channel.output.cut(errPayload(error)))
      this.host.events.publish({ type: 'cancelled', session: this.id, by });
  }

  /** What is queued is taken out, what runs is answered at once. */
  private interrupt(error: ClientError, by: number | 'client-gone' | 'query-timeout'): void {
    const { multiplexer, events, settings } = this.host;
    const { turn } = this;
    if (turn === null) return;
    events.publish({ type: 'cancelled', session: this.id, by });
    const waiting = multiplexer.withdraw(this) ?? (turn.waitsForLock ? turn : undefined);
    if (waiting !== undefined) {
      waiting.refuse(error);
      return;
    }
    if (this.file !== null) {
      this.file.cancel();
      turn.failWith(error);
      return;
    }
    const slot = multiplexer.slotRunning(this);
    turn.interrupt(error);
    if (slot !== undefined && turn.isInFlight) cancelOnBackend(slot, settings, events);
  }

  timedOut(error: ClientError): void {
    this.cancel(error, 'query-timeout');
  }

  /** KILL: the client's connection is closed without a word, as servers close it. */
  kill(by: number): void {
    this.channel.destroy();
    this.close('it was killed', by);
  }

  async expireLease(slot: Slot, idleMs: number): Promise<void> {
    this.losses.leaseExpired(idleMs, this.host.settings.pinTimeoutMs);
    await giveUpIfThere(this, slot, this.host.settings);
    this.tellWhoWaitsForLock();
  }

  /** A command that waits for a lock is answered with what its session has lost meanwhile. */
  private tellWhoWaitsForLock(): void {
    const lost = this.turn?.waitsForLock === true ? this.losses.take() : null;
    if (lost !== null) this.turn?.refuse(lost);
  }

  lostConnection({ state }: Live, detail: string, held: boolean): void {
    const why = `the backend connection was lost (${detail})`;
    const { holds } = this.session;
    // These are told by name, as state.
    if (this.session.isOn(state)) holds.forgetTables();
    // A command that runs is answered with it, or says at its end what it leaves behind.
    if (held && holds.any && this.turn?.isRunning !== true) this.losses.holdLost(why);
    this.lostState(state, why);
  }

  /** What the session had on the connection, and only there, is gone: the next command is told, instead of being misled. */
  lostState(state: ConnectionState, why: string): void {
    if (this.session.isOn(state)) this.session.holds.forgetTables();
    const lost = this.losses.stateLost(state, why);
    if (lost !== '') this.host.events.publish({ type: 'state-lost', session: this.id, lost, reason: why });
    this.tellWhoWaitsForLock();
  }

  /** Ends the session after what has been sent. */
  end(reason: string): void {
    this.close(reason);
    this.channel.end();
  }

  /** Ends the session of an instance that stops, unless it is in the middle of a command or a transaction. */
  endIfDraining(): void {
    const isIdle = !this.activity.isBusy && this.intake.isEmpty && !this.session.holds.any;
    if (isIdle && this.host.draining) this.endWith(new FleetError('SHUTTING_DOWN', {}));
  }

  /** Ends the session with a last error, which the client reads when it next looks. */
  endWith(error: ClientError, sequence = 0): void {
    this.channel.sendError(error, sequence);
    this.end(error.message);
  }

  /** @param by who has ended it: another session, or its own client */
  private close(reason: string, by: number | 'client-gone' = 'client-gone'): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.activity.stop();
    this.file?.clientGone();
    this.interrupt(new FleetError('QUERY_INTERRUPTED', {}), by);
    this.release(() => {
      // Only now: a command that was running may have prepared a statement, or set a variable, after its client had gone.
      this.session.disown();
      this.session.statements.clear();
      this.forget();
    });
    this.host.events.publish({ type: 'session-closed', session: this.id, reason });
    this.host.closed(this);
  }
}
