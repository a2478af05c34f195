// MySQL packets for the tests: cutting a byte stream into them and building them, independent of src/wire on purpose.

/** The longest payload of one packet; a longer one goes on in the next. */
export const maxPayload = 0xffffff;

/** A packet as it came: header and payload. */
export interface RawPacket {
  readonly sequence: number;
  readonly payload: Buffer;
  /** Header and payload. */
  readonly bytes: Buffer;
}

/** Packets of `payload`, numbered from `sequence`; a multiple of 16 MB ends with an empty packet. */
export function toPackets(payload: Buffer, sequence = 0): Buffer {
  const parts: Buffer[] = [];
  let offset = 0;
  let next = sequence;
  for (;;) {
    const chunk = payload.subarray(offset, offset + maxPayload);
    const header = Buffer.alloc(4);
    header.writeUIntLE(chunk.length, 0, 3);
    header[3] = next++ & 0xff;
    parts.push(header, chunk);
    offset += chunk.length;
    if (chunk.length < maxPayload) return Buffer.concat(parts);
  }
}

/** Cuts what comes into packets. */
export interface PacketSplitter {
  push(chunk: Buffer): readonly RawPacket[];
}

/** A splitter that keeps the incomplete rest for the next chunk. */
export function createSplitter(): PacketSplitter {
  let waiting: Buffer[] = [];
  let size = 0;
  const wanted = (): number => {
    if (size < 4) return 4;
    if ((waiting[0]?.length ?? 0) < 4) waiting = [Buffer.concat(waiting)];
    return 4 + (waiting[0]?.readUIntLE(0, 3) ?? 0);
  };
  return {
    push(chunk) {
      waiting.push(chunk);
      size += chunk.length;
      const packets: RawPacket[] = [];
      for (let need = wanted(); size >= 4 && size >= need; need = wanted()) {
        const all = waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting);
        const bytes = all.subarray(0, need);
        packets.push({ sequence: bytes[3] ?? 0, payload: bytes.subarray(4), bytes });
        waiting = [all.subarray(need)];
        size -= need;
      }
      return packets;
    },
  };
}

/** A length-encoded integer at `offset`: its value and where the next thing begins. `null` is NULL (0xFB). */
export function readLength(payload: Buffer, offset: number): { value: number | null; next: number } {
  const first = payload.readUInt8(offset);
  if (first < 0xfb) return { value: first, next: offset + 1 };
  if (first === 0xfb) return { value: null, next: offset + 1 };
  const width = first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
  const value =
    width === 8 ? Number(payload.readBigUInt64LE(offset + 1)) : payload.readUIntLE(offset + 1, width);
  return { value, next: offset + 1 + width };
}

/** Bytes with their length in front. */
export function lengthPrefixed(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value as string);
  if (bytes.length < 0xfb) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const head = Buffer.alloc(4);
  head[0] = 0xfd;
  head.writeUIntLE(bytes.length, 1, 3);
  return Buffer.concat([head, bytes]);
}

/** A text with its closing zero. */
export const zeroEnded = (text: string): Buffer => Buffer.from(`${text}\0`);

/** The values of a text result row; NULL is null. */
export function readRow(payload: Buffer): (string | null)[] {
  const values: (string | null)[] = [];
  for (let offset = 0; offset < payload.length;) {
    const { value, next } = readLength(payload, offset);
    values.push(value === null ? null : payload.toString('utf8', next, next + value));
    offset = next + (value ?? 0);
  }
  return values;
}

/** A text row of `values`. */
export const textRow = (values: readonly (string | null)[]): Buffer =>
  Buffer.concat(values.map((value) => (value === null ? Buffer.from([0xfb]) : lengthPrefixed(value))));

/** What an ERR packet says. */
export interface RawError {
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
}

/** Reads an ERR packet; undefined for any other. Before the login is done errors may come without SQLSTATE. */
export function readError(payload: Buffer): RawError | undefined {
  if (payload[0] !== 0xff) return undefined;
  const errno = payload.readUInt16LE(1);
  if (payload[3] !== 0x23) return { errno, sqlState: '', message: payload.toString('utf8', 3) };
  return { errno, sqlState: payload.toString('latin1', 4, 9), message: payload.toString('utf8', 9) };
}

/** An ERR packet's payload. */
export function errorPayload({ errno, sqlState, message }: RawError): Buffer {
  const head = Buffer.from([0xff, errno & 0xff, errno >> 8]);
  return Buffer.concat([head, Buffer.from(`#${sqlState}${message}`)]);
}

/** An OK packet's payload. */
export function okPayload({ affected = 0, insertId = 0, status = 2, warnings = 0 } = {}): Buffer {
  return Buffer.from([0, affected, insertId, status & 0xff, status >> 8, warnings & 0xff, warnings >> 8]);
}

/** An EOF packet's payload. */
export function eofPayload({ status = 2, warnings = 0 } = {}): Buffer {
  return Buffer.from([0xfe, warnings & 0xff, warnings >> 8, status & 0xff, status >> 8]);
}

/** The payloads of a text result set with columns of text. */
export function resultSet(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): readonly Buffer[] {
  const definition = (name: string): Buffer => {
    const names = ['def', '', '', '', name, name].map(lengthPrefixed);
    // Character set utf8mb4, 1024 bytes, VAR_STRING, no flags, no decimals.
    return Buffer.concat([...names, Buffer.from([0x0c, 45, 0, 0, 4, 0, 0, 0xfd, 0, 0, 0, 0, 0])]);
  };
  return [
    Buffer.from([columns.length]),
    ...columns.map(definition),
    eofPayload(),
    ...rows.map(textRow),
    eofPayload(),
  ];
}
