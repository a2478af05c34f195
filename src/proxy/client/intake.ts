// A client's commands, one after the other: what comes while one is being served waits, within bounds.

import type { Frame } from '../../wire/framing.js';
import type { ClientChannel } from './client-channel.js';
import { FramesAhead } from './frames-ahead.js';

/** Whose commands they are. */
export interface Server {
  /** It serves a command, or none any more: the next waits. */
  isOccupied(): boolean;
  serve(frame: Frame): void;
  /** There is nothing more to serve for now. */
  idle(): void;
}

export class Intake {
  private readonly ahead = new FramesAhead();
  private isServing = false;

  constructor(
    private readonly channel: ClientChannel,
    private readonly server: Server,
  ) {}

  get isEmpty(): boolean {
    return this.ahead.length === 0;
  }

  take(frame: Frame): void {
    this.ahead.push(frame);
    if (this.ahead.isFull(this.channel.maxPacketBytes)) this.channel.pause();
    this.serveNext();
  }

  /** What came and was not served; it is not a command after all. */
  takeAll(): readonly Frame[] {
    return this.ahead.takeAll();
  }

  /** Serves what is ahead, in a loop: what is answered at once would otherwise call this again from within, without end. */
  readonly serveNext = (): void => {
    if (this.isServing) return;
    this.isServing = true;
    while (!this.server.isOccupied() && this.serveOne());
    this.isServing = false;
  };

  private serveOne(): boolean {
    const { output } = this.channel;
    // Who sends ahead and does not read would fill the spool: as at a server, its next command waits for its last reply.
    if (!this.isEmpty && output.isBehind) {
      output.onCaughtUp(this.serveNext);
      return false;
    }
    const frame = this.ahead.shift();
    if (frame === undefined) {
      this.server.idle();
      return false;
    }
    if (!this.ahead.isFull(this.channel.maxPacketBytes)) this.channel.resume();
    this.server.serve(frame);
    return true;
  }
}
