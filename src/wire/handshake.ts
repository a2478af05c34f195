// The first packets of a connection: the server's greeting, the client's answer, the switch to another plugin.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html

import { Capability } from './constants.js';
import { int, lenencInt, lenencString, malformed, nulString, PayloadReader } from './lenenc.js';

export const SCRAMBLE_BYTES = 20;

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
export interface Greeting {
  readonly serverVersion: string;
  readonly threadId: number;
  readonly scramble: Buffer;
  /** 32 bits of Capability. */
  readonly capabilities: number;
  readonly collation: number;
  readonly status: number;
  readonly plugin: string;
}

export function writeGreeting(greeting: Greeting): Buffer {
  return Buffer.concat([
    Buffer.from([10]),
    nulString(greeting.serverVersion),
    int(greeting.threadId, 4),
    greeting.scramble.subarray(0, 8),
    Buffer.from([0]),
    int(greeting.capabilities & 0xffff, 2),
    int(greeting.collation & 0xff, 1),
    int(greeting.status, 2),
    int(greeting.capabilities >>> 16, 2),
    Buffer.from([SCRAMBLE_BYTES + 1]),
    Buffer.alloc(10),
    nulString(greeting.scramble.subarray(8)),
    nulString(greeting.plugin),
  ]);
}

/** @throws MALFORMED_PACKET also for protocols other than 10 */
export function readGreeting(payload: Buffer): Greeting {
  const reader = new PayloadReader(payload);
  const version = reader.int(1);
  if (version !== 10) throw malformed(`a greeting of protocol ${version}`);
  const serverVersion = reader.nulString();
  const threadId = reader.int(4);
  const firstPart = reader.bytes(8);
  reader.int(1);
  const lower = reader.int(2);
  if (reader.remaining === 0) {
    return {
      serverVersion,
      threadId,
      scramble: firstPart,
      capabilities: lower,
      collation: 0,
      status: 0,
      plugin: '',
    };
  }
  const collation = reader.int(1);
  const status = reader.int(2);
  const capabilities = ((reader.int(2) << 16) | lower) >>> 0;
  const scrambleBytes = reader.int(1);
  reader.bytes(10);
  const secondPart = reader.bytes(Math.max(13, scrambleBytes - 8)).subarray(0, SCRAMBLE_BYTES - 8);
  const plugin = (capabilities & Capability.PLUGIN_AUTH) !== 0 ? reader.nulString() : '';
  const scramble = Buffer.concat([firstPart, secondPart]);
  return { serverVersion, threadId, scramble, capabilities, collation, status, plugin };
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html */
export interface HandshakeResponse {
  readonly capabilities: number;
  readonly maxPacketSize: number;
  readonly collation: number;
  readonly user: string;
  readonly authResponse: Buffer;
  readonly schema: string | null;
  readonly plugin: string | null;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The fixed part that comes first, alone in an SSLRequest. */
export interface HandshakeHead {
  readonly capabilities: number;
  readonly maxPacketSize: number;
  readonly collation: number;
}

const HEAD_BYTES = 32;

/** @throws MALFORMED_PACKET when the client does not speak protocol 4.1 */
export function readHandshakeHead(payload: Buffer): HandshakeHead {
  if (payload.length < HEAD_BYTES) throw malformed('a handshake response of less than 32 bytes');
  const capabilities = payload.readUInt32LE(0);
  if ((capabilities & Capability.PROTOCOL_41) === 0) throw malformed('a client of before protocol 4.1');
  return { capabilities, maxPacketSize: payload.readUInt32LE(4), collation: payload.readUInt8(8) };
}

/** Whether the payload is an SSLRequest: the head alone, asking for TLS. */
export function isSslRequest(payload: Buffer): boolean {
  return payload.length === HEAD_BYTES && (payload.readUInt32LE(0) & Capability.SSL) !== 0;
}

/** @throws MALFORMED_PACKET */
export function readHandshakeResponse(payload: Buffer): HandshakeResponse {
  const head = readHandshakeHead(payload);
  const has = (flag: number) => (head.capabilities & flag) !== 0;
  const reader = new PayloadReader(payload, HEAD_BYTES);
  const user = reader.nulString();
  const authResponse = readAuthResponse(reader, head.capabilities);
  const schema = has(Capability.CONNECT_WITH_DB) && reader.remaining > 0 ? reader.nulString() || null : null;
  const plugin = has(Capability.PLUGIN_AUTH) && reader.remaining > 0 ? reader.nulString() || null : null;
  const attributes = has(Capability.CONNECT_ATTRS) ? readAttributes(reader) : new Map<string, string>();
  return { ...head, user, authResponse, schema, plugin, attributes };
}

function readAuthResponse(reader: PayloadReader, capabilities: number): Buffer {
  if ((capabilities & Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA) !== 0) return reader.lenencBytes();
  if ((capabilities & Capability.SECURE_CONNECTION) !== 0) return reader.bytes(reader.int(1));
  return reader.nulBytes();
}

function readAttributes(reader: PayloadReader): Map<string, string> {
  const attributes = new Map<string, string>();
  if (reader.remaining === 0) return attributes;
  const block = new PayloadReader(reader.lenencBytes());
  while (block.remaining > 0) attributes.set(block.lenencString(), block.lenencString());
  return attributes;
}

/** The client's side, for backends that are spoken to directly. The collation goes as one byte. */
export function writeHandshakeResponse(response: HandshakeResponse): Buffer {
  const attributes = Buffer.concat(
    [...response.attributes].flatMap(([name, value]) => [lenencString(name), lenencString(value)]),
  );
  const has = (flag: number) => (response.capabilities & flag) !== 0;
  return Buffer.concat([
    int(response.capabilities >>> 0, 4),
    int(response.maxPacketSize, 4),
    int(response.collation & 0xff, 1),
    Buffer.alloc(23),
    nulString(response.user),
    lenencString(response.authResponse),
    has(Capability.CONNECT_WITH_DB) ? nulString(response.schema ?? '') : Buffer.alloc(0),
    has(Capability.PLUGIN_AUTH) ? nulString(response.plugin ?? '') : Buffer.alloc(0),
    has(Capability.CONNECT_ATTRS)
      ? Buffer.concat([lenencInt(attributes.length), attributes])
      : Buffer.alloc(0),
  ]);
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_switch_request.html */
export function writeAuthSwitchRequest(plugin: string, scramble: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xfe]), nulString(plugin), nulString(scramble)]);
}

export function readAuthSwitchRequest(payload: Buffer): { plugin: string; scramble: Buffer } {
  const reader = new PayloadReader(payload, 1);
  return { plugin: reader.nulString(), scramble: reader.rest().subarray(0, SCRAMBLE_BYTES) };
}

/** COM_CHANGE_USER: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_change_user.html */
export interface ChangeUser {
  readonly user: string;
  readonly authResponse: Buffer;
  readonly schema: string | null;
  readonly collation: number | null;
  readonly plugin: string | null;
  readonly attributes: ReadonlyMap<string, string>;
}

/** @param capabilities what the client said at login */
export function readChangeUser(payload: Buffer, capabilities: number): ChangeUser {
  const reader = new PayloadReader(payload, 1);
  const user = reader.nulString();
  const authResponse = reader.bytes(reader.int(1));
  const schema = reader.nulString() || null;
  const collation = reader.remaining >= 2 ? reader.int(2) : null;
  const named = (capabilities & Capability.PLUGIN_AUTH) !== 0 && reader.remaining > 0;
  const plugin = named ? reader.nulString() || null : null;
  const told = (capabilities & Capability.CONNECT_ATTRS) !== 0;
  const attributes = told ? readAttributes(reader) : new Map<string, string>();
  return { user, authResponse, schema, collation, plugin, attributes };
}

/** COM_CHANGE_USER towards a backend. The authentication response is at most 255 bytes. */
export function writeChangeUser(
  change: ChangeUser & { readonly plugin: string; readonly collation: number },
): Buffer {
  return Buffer.concat([
    Buffer.from([0x11]),
    nulString(change.user),
    Buffer.from([change.authResponse.length]),
    change.authResponse,
    nulString(change.schema ?? ''),
    int(change.collation, 2),
    nulString(change.plugin),
  ]);
}
