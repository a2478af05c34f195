// The body of COM_STMT_EXECUTE, with or without the types of its parameters.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html
import type { Value } from './step.js';

export type ParameterType = 'text' | 'integer' | 'long' | 'null';

/** Type codes of the protocol: VAR_STRING, LONGLONG, BLOB, NULL. */
const codes: Readonly<Record<ParameterType, number>> = { text: 0xfd, integer: 8, long: 0xfc, null: 6 };

export interface Execution {
  readonly id: Buffer;
  readonly values: readonly Value[];
  readonly types: readonly ParameterType[];
  /** The new-params-bound flag. */
  readonly sendTypes: boolean;
  readonly cursor: boolean;
  /** Parameters whose value was sent by COM_STMT_SEND_LONG_DATA. */
  readonly long: ReadonlySet<number>;
}

export function typeOf(value: Value, isLong: boolean): ParameterType {
  if (isLong) return 'long';
  if (value === null) return 'null';
  return typeof value === 'number' ? 'integer' : 'text';
}

export function executeBody({ id, values, types, sendTypes, cursor, long }: Execution): Buffer {
  const head = Buffer.concat([id, Buffer.from([cursor ? 1 : 0, 1, 0, 0, 0])]);
  if (values.length === 0) return head;
  const nulls = Buffer.alloc((values.length + 7) >> 3);
  const data: Buffer[] = [];
  for (const [i, value] of values.entries()) {
    if (long.has(i)) continue;
    const type = types[i] ?? 'null';
    if (value === null || type === 'null') nulls[i >> 3] = (nulls[i >> 3] ?? 0) | (1 << (i & 7));
    else data.push(encode(type, value));
  }
  const sent = types.flatMap((type) => [codes[type], 0]);
  const binding = sendTypes ? Buffer.from([1, ...sent]) : Buffer.from([0]);
  return Buffer.concat([head, nulls, binding, ...data]);
}

function encode(type: ParameterType, value: string | number): Buffer {
  if (type === 'integer') {
    const out = Buffer.alloc(8);
    out.writeBigInt64LE(BigInt(Math.trunc(Number(value)) || 0));
    return out;
  }
  const text = Buffer.from(String(value));
  return Buffer.concat([Buffer.from([text.length]), text]);
}
