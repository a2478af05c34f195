// The two password plugins: what a client answers to a scramble, and whether an answer is right.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods.html

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SCRAMBLE_BYTES } from './handshake.js';

export const authPlugins = ['mysql_native_password', 'caching_sha2_password'] as const;
export type AuthPlugin = (typeof authPlugins)[number];

/** What a client is to answer, and the plugin that it was given for. */
export interface Scramble {
  readonly bytes: Buffer;
  readonly plugin: AuthPlugin;
}

export function isAuthPlugin(name: string | null): name is AuthPlugin {
  return name !== null && (authPlugins as readonly string[]).includes(name);
}

/** AuthMoreData that says: your scramble was right, an OK follows. */
export const FAST_AUTH_SUCCESS = Buffer.from([0x01, 0x03]);

/** Twenty random bytes without NUL, which would end the string that carries them, and without `$`. */
export function newScramble(): Buffer {
  const printable = (byte: number) => 0x25 + (byte % 0x5a);
  return Buffer.from(randomBytes(SCRAMBLE_BYTES).map(printable));
}

/** What a client with `password` answers to `scramble`; empty for an empty password. */
export function authResponse(plugin: AuthPlugin, password: string, scramble: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  switch (plugin) {
    case 'mysql_native_password': {
      const once = digest('sha1', Buffer.from(password, 'utf8'));
      const twice = digest('sha1', once);
      return xor(once, digest('sha1', scramble, twice));
    }
    case 'caching_sha2_password': {
      const once = digest('sha256', Buffer.from(password, 'utf8'));
      const twice = digest('sha256', once);
      return xor(once, digest('sha256', twice, scramble));
    }
  }
}

/** Whether `response` is the answer of a client that knows `password`, in a time that does not tell how wrong it is. */
export function isRightResponse(
  plugin: AuthPlugin,
  password: string,
  scramble: Buffer,
  response: Buffer,
): boolean {
  const expected = digest('sha256', authResponse(plugin, password, scramble));
  return timingSafeEqual(expected, digest('sha256', response));
}

function digest(algorithm: 'sha1' | 'sha256', ...parts: Buffer[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));
}
