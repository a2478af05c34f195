// The way of a backend's reply to the client: held back until it is certain that it counts, then passed on as it comes.

import type { ReplyTracker } from '../wire/reply-tracker.js';
import type { BackendConnection } from './backend-connection.js';
import type { ClientChannel } from './client-channel.js';

export class ClientReply {
  private held: Buffer[] | null = [];
  private confirmed: boolean;
  private discarded = false;
  private tracker: ReplyTracker | null = null;
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
    this.release();
  }

  /** The reply answers a question that was put in the wrong state: nobody gets it. */
  discard(): void {
    this.discarded = true;
    this.held = [];
  }

  forward(bytes: Buffer): void {
    if (this.discarded) return;
    if (this.held === null) {
      this.pass(bytes);
      return;
    }
    this.held.push(bytes);
    this.release();
  }

  /** Ends the reply with an error, after a loss of the backend. */
  abort(errPayload: Buffer): void {
    this.tracker?.abort(errPayload);
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
    if (!output.full) return;
    this.connection.pause();
    output.onRoom(() => {
      this.connection.resume();
    });
  }
}
