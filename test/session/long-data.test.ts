// Values sent ahead of an execution: what the server is given of them, and how many a session may keep.
import { beforeEach, describe, expect, it } from 'vitest';
import { LongData, type LongDataAccount } from '../../src/session/long-data.js';

let account: LongDataAccount;
let data: LongData;
beforeEach(() => {
  account = { bytes: 0 };
  data = new LongData(account);
});

const plenty = 1_000_000;
const part = (parameter: number, text: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x18, 1, 0, 0, 0, parameter & 0xff, parameter >> 8]), Buffer.from(text)]);

/** What a server makes of the payloads: the value of each parameter. */
function values(payloads: readonly Buffer[]): Record<number, string> {
  const found: Record<number, string> = {};
  for (const payload of payloads) {
    const parameter = payload.readUInt16LE(5);
    found[parameter] = (found[parameter] ?? '') + payload.toString('latin1', 7);
  }
  return found;
}

describe('long data', () => {
  it('comes to the server as the client gave it, in whatever parts', () => {
    for (const text of ['he', 'llo', ' ', 'world']) {
      data.add(part(0, text), plenty);
      data.add(part(3, text.toUpperCase()), plenty);
    }
    data.add(part(9, ''), plenty);
    expect(values(data.payloads())).toEqual({ 0: 'hello world', 3: 'HELLO WORLD', 9: '' });
    for (const payload of data.payloads()) expect(payload.subarray(0, 5)).toEqual(part(0, '').subarray(0, 5));
  });

  it('of many small parts is kept in few pieces', () => {
    const letters = Array.from({ length: 50_000 }, (_, i) => String.fromCharCode(97 + (i % 26)));
    for (const letter of letters) data.add(part(0, letter), plenty);
    expect(data.payloads().length).toBeLessThan(20);
    expect(values(data.payloads())[0]).toBe(letters.join(''));
  });

  it('keeps a copy: the packet that it came in may be a part of a large buffer', () => {
    const payload = part(0, 'mine');
    data.add(payload, plenty);
    payload.fill(0);
    expect(values(data.payloads())).toEqual({ 0: 'mine' });
  });

  it('without the number of its parameter is ignored, as by the servers', () => {
    data.add(part(0, '').subarray(0, 6), plenty);
    expect([data.payloads(), data.isTooLong]).toEqual([[], false]);
  });
});

describe('what a session keeps of long data', () => {
  it('is bounded over all its statements; the one that is too much keeps nothing', () => {
    const other = new LongData(account);
    const most = 1000;
    for (const parameter of [0, 1, 2]) data.add(part(parameter, Buffer.alloc(700)), most);
    other.add(part(0, Buffer.alloc(400)), most);
    expect([data.isTooLong, other.isTooLong]).toEqual([false, false]);
    other.add(part(1, Buffer.alloc(900)), most);
    expect([other.isTooLong, other.payloads()]).toEqual([true, []]);
    expect(values(data.payloads())[2]).toHaveLength(700);
    other.add(part(2, 'more'), most);
    expect(other.payloads()).toEqual([]);
  });

  it('has for each parameter what the server takes, and is refused past that until it is cleared', () => {
    for (const length of [400, 600]) data.add(part(0, Buffer.alloc(length)), 1000);
    expect(() => data.check()).not.toThrow();
    data.add(part(0, 'x'), 1000);
    for (let i = 0; i < 2; i++) expect(() => data.check()).toThrow(/longer than 'max_allowed_packet'/);
    data.clear();
    expect(() => data.check()).not.toThrow();
  });

  it('is free again once the statements are executed or closed', () => {
    data.add(part(0, Buffer.alloc(1000)), 1500);
    data.clear();
    expect(account.bytes).toBe(0);
    data.add(part(0, Buffer.alloc(2000)), 1500);
    expect([data.isTooLong, account.bytes]).toEqual([true, 0]);
    data.clear();
    expect(data.isTooLong).toBe(false);
  });

  it('counts parameters without data, too', () => {
    let taken = 0;
    while (!data.isTooLong) data.add(part(taken++, ''), 25_000);
    expect(taken).toBeLessThan(1000);
  });
});
