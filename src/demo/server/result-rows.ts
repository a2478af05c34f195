// Result sets in both protocols: definitions, rows, the EOFs around them.

import { wireType } from '../catalog/column-type.js';
import type { TypedColumn } from '../execute/outcome.js';
import type { Value } from '../engine/engine.js';
import { Collation, ColumnFlag } from '../../wire/constants.js';
import { lenencInt } from '../../wire/lenenc.js';
import { writeEof } from '../../wire/reply-packets.js';
import { writeColumnDefinition, writeTextRow, type ColumnDefinition } from '../../wire/result-set.js';
import { binaryValue, textValue } from './values.js';

export interface RowFormat {
  readonly protocol: 'text' | 'binary';
  readonly encoding: BufferEncoding;
  readonly status: number;
  readonly warnings: number;
}

export function columnDefinition(column: TypedColumn, encoding: BufferEncoding): ColumnDefinition {
  const { type, length, decimals, flags, collation } = wireType(column.type);
  const { origin } = column;
  const keyFlags =
    (origin?.notNull === true ? ColumnFlag.NOT_NULL : 0) |
    (origin?.primary === true ? ColumnFlag.PRI_KEY : 0);
  const latin1 = encoding === 'latin1' && collation === Collation.utf8mb4_general_ci;
  return {
    schema: origin?.schema ?? '',
    table: origin?.table ?? '',
    orgTable: origin?.orgTable ?? '',
    name: column.name,
    orgName: origin?.orgName ?? '',
    collation: latin1 ? LATIN1_SWEDISH_CI : collation,
    length,
    type,
    flags: flags | keyFlags,
    decimals,
  };
}

const LATIN1_SWEDISH_CI = 8;

/** The payloads of a result set, one at a time, so that a large one is not in memory twice. */
export function* resultPayloads(
  columns: readonly TypedColumn[],
  rows: readonly (readonly Value[])[],
  format: RowFormat,
): Generator<Buffer> {
  const { status, warnings, encoding } = format;
  yield lenencInt(columns.length);
  for (const column of columns) yield writeColumnDefinition(columnDefinition(column, encoding));
  yield writeEof({ warnings, status });
  for (const row of rows)
    yield format.protocol === 'text' ? textRow(columns, row, encoding) : binaryRow(columns, row, encoding);
  yield writeEof({ warnings, status });
}

function textRow(columns: readonly TypedColumn[], row: readonly Value[], encoding: BufferEncoding): Buffer {
  return writeTextRow(columns.map((column, i) => textValue(row[i] ?? null, column.type, encoding)));
}

function binaryRow(columns: readonly TypedColumn[], row: readonly Value[], encoding: BufferEncoding): Buffer {
  // Two bits of the bitmap are reserved in front.
  const nulls = Buffer.alloc(Math.floor((columns.length + 9) / 8));
  const values = columns.map((column, i) => {
    const value = row[i] ?? null;
    if (value !== null) return binaryValue(value, column.type, encoding);
    const bit = i + 2;
    nulls[bit >> 3] = (nulls[bit >> 3] ?? 0) | (1 << (bit & 7));
    return Buffer.alloc(0);
  });
  return Buffer.concat([Buffer.from([0]), nulls, ...values]);
}
