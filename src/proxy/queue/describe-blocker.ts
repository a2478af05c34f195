// Says in words what waiting commands wait for: the errors, `status` and SHOW PROCESSLIST tell it alike.

import type { Slot } from './slot.js';

export function describeBlocker(slots: readonly Slot[]): string {
  return slots.map(describe).find((text) => text !== null) ?? 'the backend is free';
}

function describe(slot: Slot): string | null {
  const { running, holder } = slot;
  if (running !== null) {
    return `session ${running.owner.id} has been running ${short(running.fingerprint)} for ${since(running.since)}`;
  }
  if (holder !== null) {
    const reasons = holder.owner.holdReasons.join(', ');
    return `session ${holder.owner.id} has held the backend for ${since(holder.since)} (${reasons})`;
  }
  const { state } = slot.link;
  if (state.name === 'live') return null;
  const reason = state.name === 'down' || state.name === 'connecting' ? state.lastError : null;
  return reason === null ? 'the backend is being connected to' : `the backend is not there: ${reason}`;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function since(epochMs: number): string {
  return `${((Date.now() - epochMs) / 1000).toFixed(1)} s`;
}
