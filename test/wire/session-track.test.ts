// What servers tell of a session, in the forms of MySQL and of MariaDB.
import { expect, it } from 'vitest';
import { isFleetError } from '../../src/errors.js';
import { readStateChanges } from '../../src/wire/session-track.js';
import { lengthPrefixed } from '../support/raw-packets.js';

const block = (type: number, ...data: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([type]), lengthPrefixed(Buffer.concat(data))]);
const text = (value: string): Buffer => lengthPrefixed(value);

it('MySQL gives each variable a block of its own', () => {
  const bytes = Buffer.concat([
    block(0, text('autocommit'), text('OFF')),
    block(0, text('time_zone'), text('+02:00')),
  ]);
  expect(readStateChanges(bytes)).toEqual([
    { type: 'variable', name: 'autocommit', value: 'OFF' },
    { type: 'variable', name: 'time_zone', value: '+02:00' },
  ]);
});

it('MariaDB puts all variables into one block', () => {
  const bytes = block(0, text('autocommit'), text('OFF'), text('character_set_results'), text(''));
  expect(readStateChanges(bytes)).toEqual([
    { type: 'variable', name: 'autocommit', value: 'OFF' },
    { type: 'variable', name: 'character_set_results', value: '' },
  ]);
});

it('a schema is told by its name, and empty when there is none any more', () => {
  expect(readStateChanges(Buffer.concat([block(1, text('sáles')), block(1, text(''))]))).toEqual([
    { type: 'schema', schema: 'sáles' },
    { type: 'schema', schema: '' },
  ]);
});

it('something without a name changed, or did not', () => {
  expect(readStateChanges(block(2, Buffer.from('1')))).toEqual([{ type: 'state-change' }]);
  expect(readStateChanges(block(2, Buffer.from('0')))).toEqual([]);
});

it('blocks that say nothing new, and unknown ones, are passed over', () => {
  const bytes = Buffer.concat([
    block(3, Buffer.from([0]), text('gtid')),
    block(4, text('START TRANSACTION;')),
    block(5, text('T_______')),
    block(99, Buffer.from('anything')),
    block(1, text('last')),
  ]);
  expect(readStateChanges(bytes)).toEqual([{ type: 'schema', schema: 'last' }]);
});

it('what is cut is refused as malformed or read', () => {
  const bytes = Buffer.concat([block(0, text('autocommit'), text('OFF')), block(1, text('sales'))]);
  let refused = 0;
  for (let length = 0; length < bytes.length; length++) {
    try {
      readStateChanges(bytes.subarray(0, length));
    } catch (error) {
      expect([length, isFleetError(error, 'MALFORMED_PACKET')]).toEqual([length, true]);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(bytes.length - 3);
});
