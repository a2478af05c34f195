// OK, ERR and EOF against other implementations' bytes, and cut anywhere.
import { describe, expect, it } from 'vitest';
import { isFleetError } from '../../src/errors.js';
import { readEof, readErr, readOk, writeEof, writeErr, writeOk } from '../../src/wire/reply-packets.js';
import { eofPayload, errorPayload, lengthPrefixed, okPayload, readError } from '../support/raw-packets.js';

const CHANGED = 0x4000;

describe('an OK', () => {
  it('is written as others write it', () => {
    expect(writeOk()).toEqual(okPayload());
    expect(writeOk({ affectedRows: 3, lastInsertId: 4, status: 0x8001, warnings: 513 })).toEqual(
      okPayload({ affected: 3, insertId: 4, status: 0x8001, warnings: 513 }),
    );
  });

  it('keeps numbers beyond 2^53', () => {
    const ok = readOk(writeOk({ lastInsertId: 2n ** 64n - 1n, affectedRows: 70_000 }), false);
    expect([ok.lastInsertId, ok.affectedRows]).toEqual([2n ** 64n - 1n, 70_000]);
  });

  it('never says that the session changed, which only clients with session tracking understand', () => {
    expect(writeOk({ status: 2 | CHANGED })).toEqual(okPayload({ status: 2 }));
  });

  it('tells its words and changes where session tracking was agreed on', () => {
    const schema = Buffer.concat([Buffer.from([1]), lengthPrefixed(lengthPrefixed('sales'))]);
    const payload = Buffer.concat([
      okPayload({ status: 2 | CHANGED }),
      lengthPrefixed('some words'),
      lengthPrefixed(schema),
    ]);
    const ok = readOk(payload, true);
    expect(ok.changes).toEqual([{ type: 'schema', schema: 'sales' }]);
    expect(ok.info.toString()).toBe('some words');
    expect(writeOk(ok)).toEqual(Buffer.concat([okPayload(), lengthPrefixed('some words')]));
  });

  it('has its words with and without their length in front, where no session tracking was agreed on', () => {
    const words = Buffer.from('Rows matched: 3  Changed: 1  Warnings: 0');
    for (const written of [words, lengthPrefixed(words)]) {
      expect(readOk(Buffer.concat([okPayload(), written]), false).info).toEqual(words);
    }
    expect(readOk(okPayload(), false).info.length).toBe(0);
  });

  it('that is cut is refused as malformed or read', () => {
    const schema = Buffer.concat([Buffer.from([1]), lengthPrefixed(lengthPrefixed('sales'))]);
    const payload = Buffer.concat([
      okPayload({ status: CHANGED }),
      lengthPrefixed('words'),
      lengthPrefixed(schema),
    ]);
    for (let length = 0; length < payload.length; length++) {
      for (const tracked of [true, false]) {
        try {
          readOk(payload.subarray(0, length), tracked);
        } catch (error) {
          expect([length, isFleetError(error, 'MALFORMED_PACKET')]).toEqual([length, true]);
        }
      }
    }
  });
});

describe('an ERR', () => {
  const error = { errno: 65_535, sqlState: '42S02', message: 'Töble' };

  it('is written as others read it, and read as others write it', () => {
    expect(readError(writeErr(error))).toEqual(error);
    expect(readErr(errorPayload(error))).toEqual(error);
  });

  it('without an SQLSTATE, as before the login, has the general one', () => {
    const early = Buffer.concat([Buffer.from([0xff, 0x10, 0x04]), Buffer.from('Too many connections')]);
    expect(readErr(early)).toEqual({ errno: 1040, sqlState: 'HY000', message: 'Too many connections' });
  });

  it('is not written with half an SQLSTATE', () => {
    expect(() => writeErr({ ...error, sqlState: '42' })).toThrow(
      expect.objectContaining({ code: 'MALFORMED_PACKET' }),
    );
  });

  it('that is cut is refused as malformed or read', () => {
    for (let length = 0; length < 12; length++) {
      try {
        readErr(errorPayload(error).subarray(0, length));
      } catch (cause) {
        expect([length, isFleetError(cause, 'MALFORMED_PACKET')]).toEqual([length, true]);
      }
    }
  });
});

describe('an EOF', () => {
  it('is written and read as others do', () => {
    const eof = { warnings: 513, status: 0x8022 };
    expect(writeEof(eof)).toEqual(eofPayload(eof));
    expect(readEof(eofPayload(eof))).toEqual(eof);
  });

  it('of before protocol 4.1 says nothing', () => {
    expect(readEof(Buffer.from([0xfe]))).toEqual({ warnings: 0, status: 0 });
  });
});
