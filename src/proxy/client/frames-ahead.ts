// Commands that a client has sent ahead of the one being served, bounded in number and in bytes.

import type { Frame } from '../../wire/framing.js';

const MAX_FRAMES = 256;

export class FramesAhead {
  private frames: Frame[] = [];
  private bytes = 0;

  get length(): number {
    return this.frames.length;
  }

  /** @param maxBytes what a client may send in one packet: so much, and whatever came with it, it may send ahead */
  isFull(maxBytes: number): boolean {
    return this.frames.length >= MAX_FRAMES || this.bytes >= maxBytes;
  }

  push(frame: Frame): void {
    this.frames.push(frame);
    this.bytes += frame.payload.length;
  }

  shift(): Frame | undefined {
    const frame = this.frames.shift();
    if (frame !== undefined) this.bytes -= frame.payload.length;
    return frame;
  }

  takeAll(): Frame[] {
    this.bytes = 0;
    return this.frames.splice(0);
  }
}
