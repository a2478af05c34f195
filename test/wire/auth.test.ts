// The password plugins against their definitions, worked out here with node:crypto.
import { createHash, type BinaryLike } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  authPlugins,
  authResponse,
  isAuthPlugin,
  isRightResponse,
  newScramble,
} from '../../src/wire/auth.js';
import { prove } from '../support/raw-login.js';

const hash = (algorithm: string, ...parts: readonly BinaryLike[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash(algorithm)).digest();
const xor = (a: Buffer, b: Buffer): string =>
  Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0))).toString('hex');

const scramble = Buffer.from('0123456789abcdefghij');
const passwords = ['secret', 'pä$$wörd', ' ', 'x'.repeat(200)];

describe('mysql_native_password', () => {
  it.each(passwords)('answers SHA1(p) xor SHA1(scramble, SHA1(SHA1(p))) for %j', (password) => {
    const once = hash('sha1', password);
    const expected = xor(once, hash('sha1', scramble, hash('sha1', once)));
    expect(authResponse('mysql_native_password', password, scramble).toString('hex')).toBe(expected);
  });
});

describe('caching_sha2_password', () => {
  it.each(passwords)('answers SHA256(p) xor SHA256(SHA256(SHA256(p)), scramble) for %j', (password) => {
    const once = hash('sha256', password);
    const expected = xor(once, hash('sha256', hash('sha256', once), scramble));
    expect(authResponse('caching_sha2_password', password, scramble).toString('hex')).toBe(expected);
  });
});

describe.each(authPlugins)('%s', (plugin) => {
  it('takes the answer of another implementation', () => {
    expect(isRightResponse(plugin, 'secret', scramble, prove(plugin, 'secret', scramble))).toBe(true);
  });

  it('refuses the answer for another password, another scramble, another length, and none', () => {
    const right = prove(plugin, 'secret', scramble);
    const wrong = [
      prove(plugin, 'Secret', scramble),
      prove(plugin, 'secret', Buffer.from(scramble).reverse()),
      right.subarray(1),
      Buffer.concat([right, Buffer.from([0])]),
      Buffer.alloc(0),
      Buffer.from('secret'),
    ];
    expect(wrong.map((answer) => isRightResponse(plugin, 'secret', scramble, answer))).toEqual(
      wrong.map(() => false),
    );
  });

  it('takes nothing but an empty answer for an empty password', () => {
    expect(authResponse(plugin, '', scramble)).toEqual(Buffer.alloc(0));
    expect(isRightResponse(plugin, '', scramble, Buffer.alloc(0))).toBe(true);
    expect(isRightResponse(plugin, '', scramble, prove(plugin, 'secret', scramble))).toBe(false);
  });
});

it('a scramble has twenty bytes, none of them NUL or a dollar, and is another each time', () => {
  const scrambles = Array.from({ length: 500 }, newScramble);
  expect(new Set(scrambles.map(String)).size).toBe(500);
  for (const each of scrambles) {
    expect(each.length).toBe(20);
    expect(each.every((byte) => byte > 0x24 && byte < 0x7f)).toBe(true);
  }
});

it('knows the plugins that it can check', () => {
  expect(
    ['mysql_native_password', 'caching_sha2_password', 'client_ed25519', '', null].map(isAuthPlugin),
  ).toEqual([true, true, false, false, false]);
});
