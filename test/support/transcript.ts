// The same commands over two connections, and what came back of each, for comparing byte for byte.
import { expect } from 'vitest';
import { command, connectRaw, type RawClient, type RawLogin } from './raw-client.js';
import type { RawPacket } from './raw-packets.js';

/** A statement's text, or a command with its body; a function where the body depends on an earlier reply. */
export type Step =
  | string
  | { readonly code: number; readonly body?: Buffer; readonly what: string }
  | {
      readonly code: number;
      readonly what: string;
      readonly bodyFrom: (replies: readonly (readonly RawPacket[])[]) => Buffer;
    };

/** A step and its reply: every packet with its header, a byte a character. */
export interface TranscriptEntry {
  readonly step: string;
  readonly reply: readonly string[];
}

/** Runs the steps directly and through the port, each on a new connection, and holds the bytes against each other. */
export async function expectSameAsDirectly(
  server: { readonly host: string; readonly port: number },
  instance: { readonly port: number },
  login: Omit<RawLogin, 'port'>,
  steps: readonly Step[],
): Promise<void> {
  const direct = await connectRaw({ ...login, host: server.host, port: server.port });
  const expected = await transcribe(direct, steps);
  await direct.quit();
  const client = await connectRaw({ ...login, port: instance.port });
  const actual = await transcribe(client, steps);
  await client.quit();
  for (const [i, entry] of expected.entries()) expect(actual[i]).toEqual(entry);
}

/** Runs the steps one after the other. */
export async function transcribe(
  client: RawClient,
  steps: readonly Step[],
): Promise<readonly TranscriptEntry[]> {
  const replies: (readonly RawPacket[])[] = [];
  const entries: TranscriptEntry[] = [];
  for (const step of steps) {
    const reply = await runStep(client, step, replies);
    replies.push(reply);
    const name = typeof step === 'string' ? step : step.what;
    entries.push({ step: name, reply: reply.map((packet, i) => readable(step, packet, i)) });
  }
  return entries;
}

/** The packet's bytes. The ids of prepared statements are the server's choice and left out. */
function readable(step: Step, { bytes }: RawPacket, index: number): string {
  const text = bytes.toString('latin1');
  if (text.includes('Unknown prepared statement handler')) return text.slice(4).replace(/\(\d+\)/, '(id)');
  const isPrepared = typeof step !== 'string' && step.code === command.STMT_PREPARE && index === 0;
  return isPrepared && bytes[4] === 0 ? `${text.slice(0, 5)}[id]${text.slice(9)}` : text;
}

function runStep(
  client: RawClient,
  step: Step,
  replies: readonly (readonly RawPacket[])[],
): Promise<readonly RawPacket[]> {
  if (typeof step === 'string') return client.query(step);
  const body = 'bodyFrom' in step ? step.bodyFrom(replies) : (step.body ?? Buffer.alloc(0));
  return client.command(step.code, body);
}

/** The id that the reply to COM_STMT_PREPARE gave. */
export const statementId = (reply: readonly RawPacket[]): Buffer =>
  reply[0]?.payload.subarray(1, 5) ?? Buffer.alloc(4);

/** COM_STMT_EXECUTE's body without parameters; `flags` 1 asks for a read-only cursor. */
export const executeBody = (id: Buffer, flags = 0, parameters: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([id, Buffer.from([flags, 1, 0, 0, 0]), parameters]);

/** Parameters of COM_STMT_EXECUTE, all texts; `null` is NULL, `'long'` was sent by COM_STMT_SEND_LONG_DATA. */
export function textParameters(values: readonly (string | null | { readonly long: true })[]): Buffer {
  const nulls = Buffer.alloc((values.length + 7) >> 3);
  const types = Buffer.alloc(values.length * 2);
  const data: Buffer[] = [];
  for (const [i, value] of values.entries()) {
    types[i * 2] = value !== null && typeof value === 'object' ? 0xfc : 0xfd;
    if (value === null) nulls[i >> 3] = (nulls[i >> 3] ?? 0) | (1 << (i & 7));
    else if (typeof value === 'string') data.push(Buffer.from([value.length]), Buffer.from(value, 'latin1'));
  }
  return Buffer.concat([nulls, Buffer.from([1]), types, ...data]);
}

/** A number of four bytes, as the protocol has it. */
export function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
