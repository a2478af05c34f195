// Reads the reply to a statement of the proxy's own from the bytes that would go to a client.

import { FrameReader } from '../../wire/framing.js';
import { PayloadReader } from '../../wire/lenenc.js';
import { readColumnDefinition, readTextRow, type ColumnDefinition } from '../../wire/result-set.js';

/** A text result set; empty for a statement that has none. */
export interface TextAnswer {
  readonly columns: readonly ColumnDefinition[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Past this, a reply is none to a question of ours. */
const MAX_PACKET_BYTES = 64 * 1024 * 1024;

export class AnswerCollector {
  private readonly reader = new FrameReader(MAX_PACKET_BYTES);
  private readonly packets: Buffer[] = [];

  forward(bytes: Buffer): void {
    this.reader.push(Buffer.from(bytes));
    for (let packet = this.reader.next(); packet !== null; packet = this.reader.next()) {
      this.packets.push(packet.payload);
    }
  }

  answer(): TextAnswer {
    const [first] = this.packets;
    const count = first === undefined ? 0 : Number(new PayloadReader(first).lenenc());
    // Column count, definitions, EOF, rows, EOF; an OK behind that where a block of statements ends.
    const columns = this.packets.slice(1, count + 1).map(readColumnDefinition);
    const behind = this.packets.slice(count + 2);
    const rows = behind.slice(0, behind.findIndex(isEof)).map((row) => texts(row, count));
    return { columns, rows };
  }
}

/** A row that begins alike is longer. */
function isEof(packet: Buffer): boolean {
  return packet[0] === 0xfe && packet.length < 9;
}

function texts(row: Buffer, columns: number): (string | null)[] {
  return readTextRow(row, columns).map((value) => value?.toString('utf8') ?? null);
}
