// Clients whose sessions have ended, and that are still to get something.

import type { ClientChannel } from './client-channel.js';

/** Ms in which a client that is there takes its last packet. */
const FAREWELL_MS = 500;

export class Farewell {
  private readonly leaving = new Set<ClientChannel>();
  private left: (() => void) | null = null;

  seeOff(channel: ClientChannel): void {
    if (channel.closed) return;
    this.leaving.add(channel);
    channel.onClosed(() => {
      this.leaving.delete(channel);
      if (this.leaving.size === 0) this.left?.();
    });
  }

  /** Waits until all have what they are to get, at most `deadlineMs`; then they are cut off. */
  async over(deadlineMs: number): Promise<void> {
    if (this.leaving.size === 0) return;
    const timer = setTimeout(() => this.cutOff(), Math.max(FAREWELL_MS, deadlineMs));
    await new Promise<void>((resolve) => (this.left = resolve));
    clearTimeout(timer);
  }

  cutOff(): void {
    for (const channel of this.leaving) channel.destroy();
  }
}
