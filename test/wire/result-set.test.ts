// Result sets of our own: others read what we write, and we read what others write.
import { describe, expect, it } from 'vitest';
import { FieldType } from '../../src/wire/constants.js';
import {
  column,
  readColumnDefinition,
  readTextRow,
  renameColumn,
  textResultSet,
  writeColumnDefinition,
  writeTextRow,
} from '../../src/wire/result-set.js';
import { readRow, textRow } from '../support/raw-packets.js';
import { rowsOf } from '../support/raw-client.js';
import { feed, packetsOf, track } from './tracking.js';

describe('a column definition', () => {
  it('is read as it was written', () => {
    const definition = {
      schema: 'd',
      table: 'alias',
      orgTable: 't',
      name: 'Größe',
      orgName: 'size',
      collation: 63,
      length: 0xffffffff,
      type: FieldType.LONGLONG,
      flags: 0x1021,
      decimals: 31,
    };
    expect(readColumnDefinition(writeColumnDefinition(definition))).toEqual(definition);
  });

  it('that is cut is refused as malformed', () => {
    const payload = writeColumnDefinition(column('a', FieldType.VAR_STRING));
    for (let length = 0; length < payload.length - 2; length++) {
      expect(() => readColumnDefinition(payload.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'MALFORMED_PACKET' }),
      );
    }
  });
});

describe('a column under another name', () => {
  const definition = column('LAST_INSERT_ID()', FieldType.LONGLONG, {
    schema: 'd',
    orgName: 'x',
    decimals: 3,
  });

  it('is otherwise as it was', () => {
    const plain = { ...definition, orgName: '' };
    const renamed = renameColumn(writeColumnDefinition(plain), (name) => `${name} AS \xc3\xbc`);
    expect(readColumnDefinition(renamed)).toEqual({ ...plain, name: 'LAST_INSERT_ID() AS ü' });
  });

  it('is the original one, too, of an expression whose rows were kept in a table', () => {
    const kept = { ...definition, orgName: definition.name };
    const renamed = renameColumn(writeColumnDefinition(kept), (name) => `${name}+1`);
    const name = 'LAST_INSERT_ID()+1';
    expect(readColumnDefinition(renamed)).toEqual({ ...kept, name, orgName: name });
  });

  it('is shown to the client, in whatever pieces its reply comes', () => {
    const reply = (name: string): Buffer => textResultSet([{ ...definition, name, orgName: '' }], [['1']], 2);
    const bytes = reply('7');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const tracking = track('query', {
        definition: (payload) => renameColumn(payload, (name) => `as-${name}`),
      });
      const left = feed(tracking, bytes.subarray(0, cut), bytes.subarray(cut));
      expect([cut, left, tracking.forwarded()]).toEqual([cut, 0, reply('as-7')]);
    }
  });
});

describe('a text row', () => {
  const values = ['1', null, '', 'nämé', 'x'.repeat(1000)];

  it('is written and read as others do', () => {
    expect(readRow(writeTextRow(values))).toEqual(values);
    expect(readTextRow(textRow(values), 5).map((value) => value?.toString() ?? null)).toEqual(values);
  });

  it('with too few values is refused as malformed', () => {
    expect(() => readTextRow(textRow(['1']), 2)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_PACKET' }),
    );
  });
});

describe('a result set', () => {
  const columns = [column('id', FieldType.LONG), column('name', FieldType.VAR_STRING)];
  const rows = [
    ['1', 'one'],
    ['2', null],
  ];

  it('is one to other implementations and to our own tracker', () => {
    const bytes = textResultSet(columns, rows, 3);
    expect(rowsOf(packetsOf(bytes))).toEqual(rows);
    const tracking = track('query');
    expect([feed(tracking, bytes), tracking.tracker.done, tracking.tracker.rows]).toEqual([0, true, 2]);
    expect(tracking.eofs.map(({ eof }) => eof.status)).toEqual([3, 3]);
  });

  it('goes on behind a command of several packets', () => {
    const [first, second] = packetsOf(textResultSet(columns, [], 2, 255));
    expect([first?.sequence, second?.sequence]).toEqual([255, 0]);
  });
});
