// The connection phase of the raw client: greeting, handshake response, auth switch, both password plugins.
import { constants, createHash, publicEncrypt } from 'node:crypto';
import { lengthPrefixed, zeroEnded } from './raw-packets.js';

/** Capability flags by the protocol's names (https://mariadb.com/kb/en/connection/#capabilities). */
export const capability = {
  LONG_PASSWORD: 1,
  FOUND_ROWS: 2,
  LONG_FLAG: 4,
  CONNECT_WITH_DB: 8,
  COMPRESS: 32,
  LOCAL_FILES: 128,
  IGNORE_SPACE: 256,
  PROTOCOL_41: 512,
  SSL: 2048,
  TRANSACTIONS: 8192,
  SECURE_CONNECTION: 0x8000,
  MULTI_STATEMENTS: 1 << 16,
  MULTI_RESULTS: 1 << 17,
  PS_MULTI_RESULTS: 1 << 18,
  PLUGIN_AUTH: 1 << 19,
  CONNECT_ATTRS: 1 << 20,
  SESSION_TRACK: 1 << 23,
  DEPRECATE_EOF: 1 << 24,
} as const;

/** What the raw client asks for unless told otherwise. */
export const usualCapabilities =
  capability.LONG_PASSWORD |
  capability.LONG_FLAG |
  capability.LOCAL_FILES |
  capability.PROTOCOL_41 |
  capability.TRANSACTIONS |
  capability.SECURE_CONNECTION |
  capability.MULTI_STATEMENTS |
  capability.MULTI_RESULTS |
  capability.PS_MULTI_RESULTS |
  capability.PLUGIN_AUTH;

export type PasswordPlugin = 'mysql_native_password' | 'caching_sha2_password';

export interface Greeting {
  readonly version: string;
  readonly threadId: number;
  readonly capabilities: number;
  readonly collation: number;
  readonly status: number;
  readonly salt: Buffer;
  readonly plugin: string;
}

/** Reads the first packet of a connection (protocol 10). */
export function readGreeting(payload: Buffer): Greeting {
  const versionEnd = payload.indexOf(0, 1);
  const at = versionEnd + 1;
  const saltLength = payload.readUInt8(at + 20);
  const secondSalt = at + 31;
  const secondLength = Math.max(13, saltLength - 8) - 1;
  const pluginAt = secondSalt + secondLength + 1;
  const pluginEnd = payload.indexOf(0, pluginAt);
  return {
    version: payload.toString('latin1', 1, versionEnd),
    threadId: payload.readUInt32LE(at),
    capabilities: (payload.readUInt16LE(at + 13) | (payload.readUInt16LE(at + 18) << 16)) >>> 0,
    collation: payload.readUInt8(at + 15),
    status: payload.readUInt16LE(at + 16),
    salt: Buffer.concat([
      payload.subarray(at + 4, at + 12),
      payload.subarray(secondSalt, secondSalt + secondLength),
    ]),
    plugin: payload.toString('latin1', pluginAt, pluginEnd < 0 ? undefined : pluginEnd),
  };
}

/** What a client says of itself. */
export interface Introduction {
  readonly user: string;
  readonly password: string;
  readonly schema?: string;
  readonly capabilities: number;
  /** Id of the collation that it wants, one byte. */
  readonly collation: number;
  readonly plugin: PasswordPlugin;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The head that an SSLRequest consists of and a handshake response begins with. */
export function responseHead(flags: number, collation: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(flags >>> 0, 0);
  head.writeUInt32LE(0x40000000, 4);
  head[8] = collation;
  return head;
}

/** A HandshakeResponse41 for the salt of the greeting. */
export function handshakeResponse(intro: Introduction, salt: Buffer): Buffer {
  const { user, password, schema, capabilities, collation, plugin, attributes } = intro;
  const flags =
    capabilities |
    (schema === undefined ? 0 : capability.CONNECT_WITH_DB) |
    (attributes === undefined ? 0 : capability.CONNECT_ATTRS);
  const proof = prove(plugin, password, salt);
  const parts = [responseHead(flags, collation), zeroEnded(user), Buffer.from([proof.length]), proof];
  if (schema !== undefined) parts.push(zeroEnded(schema));
  if (flags & capability.PLUGIN_AUTH) parts.push(zeroEnded(plugin));
  if (attributes !== undefined) {
    const pairs = Object.entries(attributes).flat().map(lengthPrefixed);
    parts.push(lengthPrefixed(Buffer.concat(pairs)));
  }
  return Buffer.concat(parts);
}

/** The proof that one knows the password, as the plugin wants it; empty for an empty password. */
export function prove(plugin: PasswordPlugin, password: string, salt: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  if (plugin === 'mysql_native_password') {
    const once = digest('sha1', Buffer.from(password));
    return xor(once, digest('sha1', salt, digest('sha1', once)));
  }
  const once = digest('sha256', Buffer.from(password));
  return xor(once, digest('sha256', digest('sha256', once), salt));
}

/** The password under the server's RSA key, as caching_sha2_password wants it where there is no TLS. */
export function encryptPassword(password: string, salt: Buffer, publicKey: string): Buffer {
  const masked = xor(zeroEnded(password), salt);
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, masked);
}

function digest(algorithm: 'sha1' | 'sha256', ...parts: readonly Buffer[]): Buffer {
  return parts.reduce((hash, part) => hash.update(part), createHash(algorithm)).digest();
}

function xor(text: Buffer, key: Buffer): Buffer {
  return Buffer.from(text.map((byte, i) => byte ^ (key[i % key.length] ?? 0)));
}
