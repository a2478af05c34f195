// Follows a backend's reply packet by packet, so that it can be forwarded as it came and its end is known.

import { FleetError } from '../errors.js';
import { MAX_PACKET_PAYLOAD, PACKET_HEADER_BYTES } from './constants.js';
import { frame } from './framing.js';
import { malformed, PayloadReader } from './lenenc.js';
import type { ReplyListener } from './reply-listener.js';
import { missingBytes, wholePacket, zeros } from './packet-bytes.js';
import {
  readEof,
  readErr,
  readOk,
  readPrepareOk,
  withoutStateChanged,
  writeEof,
  writeOk,
} from './reply-packets.js';
import { firstPhase, isUnread, nextPhase, type Phase, type ReplyForm, type Step } from './reply-phase.js';

/** Packets up to this size are forwarded whole, longer ones as they come. */
const WHOLE_PACKET_BYTES = 128 * 1024;

export class ReplyTracker {
  private phase: Phase;
  /** Bytes of the packet that is passing through, still to come. */
  private passing = 0;
  /** The beginning of a packet that has to be seen whole. */
  private held: Buffer = Buffer.alloc(0);
  /** The packet is the continuation of a payload of 2^24-1 bytes or more. */
  private continued = false;
  private interruption: Buffer | null = null;
  private muted = false;
  /** Rows of the current result set so far. */
  rows = 0;

  /**
   * @param sequence number of the last packet of the command
   * @param tracked whether CLIENT_SESSION_TRACK was agreed on with the backend; its part is cut from what is forwarded
   */
  constructor(
    private readonly form: ReplyForm,
    private sequence: number,
    private readonly tracked: boolean,
    private readonly listener: ReplyListener,
  ) {
    this.phase = firstPhase(form);
  }

  /** The whole reply has been seen. */
  get done(): boolean {
    return this.phase.name === 'end';
  }

  /** Whether the client has its whole reply, be it by an interruption. */
  get answered(): boolean {
    return this.done || this.muted;
  }

  /** The client sent its local file, the last packet numbered `sequence`; the reply goes on behind it. */
  resumeAt(sequence: number): void {
    this.sequence = sequence;
  }

  /**
   * Puts an ERR packet in the place of the rest of the reply, as soon as the protocol allows one there. What the backend
   * still sends is followed, but not forwarded.
   */
  interrupt(errPayload: Buffer): void {
    this.interruption = errPayload;
    this.tryInterrupt();
  }

  /** The next packet is a definition, or the EOF behind one: few clients understand an ERR in that place. */
  get inDefinitions(): boolean {
    return this.phase.name === 'definitions' || this.phase.name === 'definitions-eof';
  }

  /**
   * Ends the reply with an ERR packet in the middle, because the backend is gone or nothing more can be kept. A packet that
   * was cut is filled up with zeros, which read as empty values, so that the ERR stands where the client looks for it.
   */
  abort(errPayload: Buffer): void {
    for (const piece of zeros(this.passing)) this.forward(piece);
    // What the backend may still send is followed by its own numbers.
    let last = this.sequence;
    if (this.continued) this.forward(frame(Buffer.alloc(0), ++last));
    this.forward(frame(errPayload, last + 1));
    this.muted = true;
  }

  /** What the backend still sends is followed, but nobody gets it: the client has its answer. */
  silence(): void {
    this.muted = true;
  }

  /**
   * Takes bytes of the backend from `chunk`, beginning at `from`, and answers where the next reply begins, or
   * `chunk.length` when this one goes on.
   * @throws MALFORMED_PACKET, PACKETS_OUT_OF_ORDER when what came is not a reply; nothing can be said of the rest then
   */
  feed(chunk: Buffer, from: number): number {
    let at = from;
    // Bytes from here to `at` go to the client as they came; one piece for many packets.
    let unsent = from;
    const flush = (): void => {
      this.forward(chunk.subarray(unsent, at));
      unsent = at;
    };
    while (at < chunk.length && !this.done) {
      if (this.held.length > 0) {
        at = unsent = this.hold(chunk, at);
      } else if (this.passing > 0) {
        const isLong = at === from;
        at += this.pass(chunk.length - at);
        if (isLong && this.passing === 0) {
          flush();
          this.tellBetweenRows();
        }
      } else if (this.mayPass(chunk, at)) {
        this.beginPassing(chunk, at);
        at += PACKET_HEADER_BYTES;
      } else {
        const packet = wholePacket(chunk, at);
        if (packet === null) {
          flush();
          at = unsent = this.hold(chunk, at);
          continue;
        }
        const shown = this.see(packet);
        if (shown !== packet) {
          flush();
          this.forward(shown);
          unsent = at + packet.length;
        }
        at += packet.length;
      }
      if (this.interruption !== null) {
        flush();
        this.tryInterrupt();
      }
    }
    flush();
    this.tellBetweenRows();
    return at;
  }

  private tellBetweenRows(): void {
    if (this.phase.name === 'rows' && this.passing === 0 && !this.continued && !this.muted)
      this.listener.betweenRows?.(this.sequence);
  }

  private pass(available: number): number {
    const step = Math.min(this.passing, available);
    this.passing -= step;
    return step;
  }

  /** Whether nothing of the packet but its length matters: a row, a column definition, a continuation. */
  private mayPass(bytes: Buffer, at: number): boolean {
    if (bytes.length - at < PACKET_HEADER_BYTES) return false;
    const length = bytes.readUIntLE(at, 3);
    if (this.continued) return true;
    // A packet that is not there whole waits, so that a lost backend rarely leaves a half packet with a client.
    if (length <= WHOLE_PACKET_BYTES && bytes.length - at < PACKET_HEADER_BYTES + length) return false;
    if (length === 0) return this.phase.name === 'rows';
    const first = bytes[at + PACKET_HEADER_BYTES];
    if (first === undefined) return false;
    return isUnread(this.phase, first, length, this.listener.definition !== undefined);
  }

  private beginPassing(bytes: Buffer, at: number): void {
    this.checkSequence(bytes.readUInt8(at + 3));
    const length = bytes.readUIntLE(at, 3);
    this.passing = length;
    const isContinuation = this.continued;
    this.continued = length === MAX_PACKET_PAYLOAD;
    if (isContinuation) return;
    if (this.phase.name === 'rows') this.rows++;
    else this.step({ type: 'definition' });
  }

  private checkSequence(sequence: number): void {
    if (sequence !== ((this.sequence + 1) & 0xff)) throw new FleetError('PACKETS_OUT_OF_ORDER', {});
    this.sequence = sequence;
  }

  private step(step: Step): void {
    this.phase = nextPhase(this.form, this.phase, step);
  }

  /** Keeps bytes until the packet is whole, or is known to pass through; answers where it stopped taking. */
  private hold(chunk: Buffer, from: number): number {
    const until = Math.min(chunk.length, from + missingBytes(this.held));
    this.held = Buffer.concat([this.held, chunk.subarray(from, until)]);
    const held = this.held;
    const packet = wholePacket(held, 0);
    if (this.mayPass(held, 0)) {
      this.held = Buffer.alloc(0);
      this.beginPassing(held, 0);
      this.passing -= held.length - PACKET_HEADER_BYTES;
      this.forward(held);
    } else if (packet !== null) {
      this.held = Buffer.alloc(0);
      this.forward(this.see(packet));
    }
    return until;
  }

  /** Reads a whole packet that matters, moves on, and answers with what the client is to get in its place. */
  private see(packet: Buffer): Buffer {
    this.checkSequence(packet.readUInt8(3));
    const payload = packet.subarray(PACKET_HEADER_BYTES);
    if (payload[0] === 0xff) {
      this.step({ type: 'err' });
      this.listener.err?.(readErr(payload));
      return packet;
    }
    switch (this.phase.name) {
      case 'first':
        return this.seeFirst(packet, payload);
      case 'definitions-eof':
        return this.seeEof(packet, payload, 'definitions');
      case 'rows':
      case 'fields':
        return this.seeEof(packet, payload, 'rows');
      case 'definitions':
        return this.seeDefinition(packet, payload);
      case 'end':
        throw malformed(`an unexpected packet among a reply's ${this.phase.name}`);
    }
  }

  private seeFirst(packet: Buffer, payload: Buffer): Buffer {
    if (this.form === 'text') {
      this.step({ type: 'text' });
      return packet;
    }
    const first = payload[0];
    if (first === undefined) throw malformed('an empty packet at the beginning of a reply');
    if (this.form === 'prepare') return this.seePrepared(packet, payload);
    if (first === 0x00) return this.seeOk(packet, payload);
    if (this.form === 'ok') return this.seeEof(packet, payload, 'rows');
    if (first === 0xfb) {
      this.listener.localInfile?.();
      return packet;
    }
    this.rows = 0;
    this.step({ type: 'column-count', columns: Number(new PayloadReader(payload).lenenc()) });
    return packet;
  }

  private seeOk(packet: Buffer, payload: Buffer): Buffer {
    const ok = readOk(payload, this.tracked);
    this.step({ type: 'ok', ok });
    const counted = this.listener.counted?.(ok) ?? ok;
    this.listener.ok?.(counted);
    return this.tracked || counted !== ok ? frame(writeOk(counted), this.sequence) : packet;
  }

  private seePrepared(packet: Buffer, payload: Buffer): Buffer {
    const prepared = readPrepareOk(payload);
    this.step({ type: 'prepared', ...prepared });
    const shown = Buffer.from(packet);
    shown.writeUInt32LE(this.listener.prepared?.(prepared) ?? prepared.statementId, PACKET_HEADER_BYTES + 1);
    return shown;
  }

  private seeDefinition(packet: Buffer, payload: Buffer): Buffer {
    if (payload.length === 0) throw malformed("an empty packet among a reply's definitions");
    this.step({ type: 'definition' });
    const shown = this.listener.definition?.(payload);
    return shown === undefined ? packet : frame(shown, this.sequence);
  }

  private seeEof(packet: Buffer, payload: Buffer, behind: 'definitions' | 'rows'): Buffer {
    if (payload[0] !== 0xfe || payload.length >= 9) throw malformed('something else where an EOF must be');
    const eof = readEof(payload);
    this.step({ type: behind === 'rows' ? 'rows-eof' : 'definitions-eof', eof });
    this.listener.eof?.(eof, behind);
    const shown = withoutStateChanged(eof);
    return shown === eof ? packet : frame(writeEof(shown), this.sequence);
  }

  private tryInterrupt(): void {
    const atBoundary = this.passing === 0 && this.held.length === 0 && !this.continued;
    const allowed = this.phase.name === 'rows' || this.phase.name === 'first';
    if (this.interruption === null || !atBoundary || !allowed) return;
    this.forward(frame(this.interruption, this.sequence + 1));
    this.interruption = null;
    this.muted = true;
  }

  private forward(bytes: Buffer): void {
    if (bytes.length > 0 && !this.muted) this.listener.forward(bytes);
  }
}
