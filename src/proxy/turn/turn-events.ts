// What is published at the end of a command's turn.

import type { InstanceSettings } from '../../config/types.js';
import type { InstanceEvent } from '../../observe/events.js';
import type { ErrPacket } from '../../wire/reply-packets.js';
import type { ClientCommand } from '../command/command.js';

/** Of a text, so many bytes are published. */
const TEXT_BYTES = 2048;

/** When a command was queued and when its last turn began, as `performance.now()` says; `startedAt` 0 for no turn. */
export interface TurnTimes {
  readonly queuedAt: number;
  readonly startedAt: number;
}

export function commandStarted(
  session: number,
  { fingerprint }: ClientCommand,
  { queuedAt, startedAt }: TurnTimes,
): InstanceEvent {
  return { type: 'command-started', session, fingerprint, waitMs: startedAt - queuedAt };
}

/** @param bytes that the client got */
export function commandFinished(
  session: number,
  { text, fingerprint }: ClientCommand,
  { queuedAt, startedAt }: TurnTimes,
  bytes: number,
  error: ErrPacket | null,
  { logQueries }: InstanceSettings,
): InstanceEvent {
  const now = performance.now();
  const began = startedAt === 0 ? now : startedAt;
  return {
    type: 'command-finished',
    session,
    fingerprint,
    ...(text === null || logQueries === 'off' ? {} : { text: text.toString('utf8', 0, TEXT_BYTES) }),
    waitMs: began - queuedAt,
    runMs: now - began,
    bytes,
    ...(error === null ? {} : { error: { errno: error.errno, message: error.message } }),
  };
}
