// The way of a backend's reply to the client: held back until it is certain that it counts, then passed on as it comes.

import { FleetError } from '../../errors.js';
import type { ReplyTracker } from '../../wire/reply-tracker.js';
import type { BackendConnection } from '../backend/backend-connection.js';
import type { ClientChannel } from '../client/client-channel.js';
import { errPayload } from '../command/error-reply.js';

export class ClientReply {
  private held: Buffer[] | null = [];
  private confirmed: boolean;
  private discarded = false;
  private tracker: ReplyTracker | null = null;
  /** The ERR that the reply is to end with, as soon as the protocol allows one. */
  private ending: Buffer | null = null;
  /** Bytes that went to the client. */
  bytes = 0;

  /** @param confirmed false while a state command before this one may still fail */
  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: BackendConnection,
    confirmed: boolean,
  ) {
    this.confirmed = confirmed;
  }

  /** Whether the client has got anything of the reply. */
  get begun(): boolean {
    return this.bytes > 0;
  }

  follow(tracker: ReplyTracker): void {
    this.tracker = tracker;
  }

  /** What came before did not fail: the reply counts. */
  confirm(): void {
    this.confirmed = true;
    // Where nothing of it has come yet, it may still begin with definitions.
    if (this.held?.length !== 0) this.release();
  }

  /** The reply answers a question that was put in the wrong state: nobody gets it. */
  discard(): void {
    this.discarded = true;
    this.held = [];
  }

  forward(bytes: Buffer): void {
    if (this.discarded) return;
    this.release();
    if (this.held === null) this.pass(bytes);
    else this.held.push(Buffer.from(bytes));
  }

  /** What was forwarded ends behind a row: there the reply may be cut, also when the client has not come so far yet. */
  betweenRows(sequence: number): void {
    if (this.held === null && !this.discarded) this.channel.output.mayBeCut(sequence);
  }

  /**
   * Puts an ERR in the place of what the client has yet to get, as soon as the protocol allows one: at once where it has
   * nothing of the reply, whatever becomes of the commands before this one.
   * @param sequence number of the reply's first packet
   */
  interrupt(err: Buffer, sequence: number): void {
    if (!this.begun) {
      this.discard();
      this.channel.send(err, sequence);
    } else if (!this.channel.output.cut(err)) {
      this.endWith(err);
      return;
    }
    this.tracker?.silence();
    this.connection.resume();
  }

  /** Puts an ERR in the place of what the backend has yet to send. Nobody waits for that: the backend is not held up for it. */
  private endWith(err: Buffer): void {
    this.ending ??= err;
    this.tracker?.interrupt(err);
    this.connection.resume();
  }

  /** Ends the reply with an error, after a loss of the backend. Behind its end it would be taken for the next one's. */
  abort(err: Buffer): void {
    if (this.tracker?.answered === false) this.tracker.abort(err);
  }

  /**
   * Definitions wait for the first packet behind them: until then a lost backend has left nothing with the client, and the
   * statement can be run again.
   */
  private release(): void {
    if (!this.confirmed || this.held === null || this.tracker?.inDefinitions === true) return;
    const { held } = this;
    this.held = null;
    for (const bytes of held) this.pass(bytes);
  }

  private pass(bytes: Buffer): void {
    this.bytes += bytes.length;
    this.channel.forward(bytes);
    const { output } = this.channel;
    // The tracker is in the middle of a chunk here, and can be told only behind it.
    if (this.ending !== null) {
      if (output.bursting) queueMicrotask(this.cut);
    } else if (output.failure !== null) {
      queueMicrotask(this.giveUp);
    } else if (output.full) {
      this.connection.pause();
      output.onRoom(this.goOn);
    }
  }

  private readonly goOn = (): void => {
    this.connection.resume();
  };

  /** The disk cannot keep what the client does not take. */
  private readonly giveUp = (): void => {
    const { failure } = this.channel.output;
    if (failure === null || this.ending !== null || this.tracker?.answered === true) return;
    this.endWith(errPayload(new FleetError('SPOOL_FAILED', { detail: failure.message })));
  };

  /** A packet of the size of all that may be kept is not waited for. */
  private readonly cut = (): void => {
    if (this.ending !== null && this.tracker?.answered === false) this.tracker.abort(this.ending);
  };
}
