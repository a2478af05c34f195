// The one connection to the server: a pipeline of commands in flight, each with the tracker of its reply.

import { frame } from '../wire/framing.js';
import { MAX_PACKET_PAYLOAD } from '../wire/constants.js';
import { AnswerCollector, type TextAnswer } from './answer-collector.js';
import type { LoggedIn } from './backend-login.js';
import type { EofPacket, ErrPacket, OkPacket } from '../wire/reply-packets.js';
import type { ReplyForm } from '../wire/reply-phase.js';
import type { PrepareOk } from '../wire/reply-listener.js';
import { ReplyTracker } from '../wire/reply-tracker.js';
import type { StateChange } from '../wire/session-track.js';

/** The connection ended while the command was in flight. `forwarded` says whether any of its reply was passed on. */
export class BackendGone extends Error {
  override readonly name = 'BackendGone';
}

/** How a reply ended. */
export interface Outcome {
  readonly err: ErrPacket | null;
  /** The last OK of the reply, where it had one. */
  readonly ok: OkPacket | null;
  /** Status flags of the last OK or EOF; null where there was none. */
  readonly status: number | null;
  readonly warnings: number;
  readonly changes: readonly StateChange[];
  /** Rows of the last result set; null where the reply had none. */
  readonly rows: number | null;
}

/** Where a reply goes. */
export interface ReplySink {
  /** They are there during the call only. */
  forward(bytes: Buffer): void;
  prepared?(prepared: PrepareOk): number;
  definition?(payload: Buffer): Buffer;
  affectedRows?(ok: OkPacket): OkPacket['affectedRows'];
  localInfile?(): void;
}

/** A command in flight. */
export interface Reply {
  readonly tracker: ReplyTracker;
  /** @throws BackendGone */
  readonly ended: Promise<Outcome>;
}

interface InFlight {
  readonly tracker: ReplyTracker;
  readonly settle: () => void;
  readonly fail: (error: BackendGone) => void;
}

const nowhere: ReplySink = { forward: () => undefined };

export class BackendConnection {
  // Invariant: bytes from the server belong to inFlight[0]; commands were written in the order of the array.
  //
  //   written:   [0] reply coming in   [1] waiting for the server   [2] ...
  //   server:    ----------------------------------------------->
  private readonly inFlight: InFlight[] = [];
  private gone: BackendGone | null = null;
  /** COM_QUIT has been sent. */
  private quitting = false;
  /** Resolves when the socket is closed: before that, another connection would be a second one. */
  readonly closed: Promise<void>;
  /** Epoch ms of the last byte from the server. */
  lastHeard = Date.now();

  private readonly socket: LoggedIn['socket'];

  /**
   * @param tracked whether CLIENT_SESSION_TRACK was agreed on
   * @param onGone called once, as soon as the connection is of no more use, for whatever reason
   */
  constructor(
    { socket, deliver }: Pick<LoggedIn, 'socket' | 'deliver'>,
    private readonly tracked: boolean,
    private readonly onGone: (error: BackendGone) => void,
  ) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.lose(new BackendGone('the backend closed the connection'));
        resolve();
      });
    });
    socket.on('error', (error) => {
      this.lose(new BackendGone(error.message, { cause: error }));
    });
    socket.on('end', () => socket.destroy());
    deliver((bytes) => {
      this.receive(bytes);
    });
    socket.resume();
  }

  get idle(): boolean {
    return this.inFlight.length === 0;
  }

  /** What is written until `uncork` goes out in one piece. */
  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  /** Writes a command that has a reply. */
  run(payload: Buffer, form: ReplyForm, sink: ReplySink = nowhere): Reply {
    const progress = new Progress();
    const lastSequence = Math.floor(payload.length / MAX_PACKET_PAYLOAD) & 0xff;
    const tracker = new ReplyTracker(form, lastSequence, this.tracked, progress.listener(sink));
    const ended = new Promise<Outcome>((resolve, reject) => {
      if (this.gone !== null || this.quitting) {
        reject(this.gone ?? new BackendGone('the backend connection is being closed'));
        return;
      }
      const settle = (): void => resolve(progress.outcome(tracker));
      this.inFlight.push({ tracker, settle, fail: reject });
      this.write(payload);
    });
    return { tracker, ended: toldOnce(ended) };
  }

  /** Sends a statement of our own of which nothing depends. */
  clearAway(sql: string): void {
    this.run(Buffer.concat([Buffer.from([0x03]), Buffer.from(sql, 'utf8')]), 'query');
  }

  /** Writes a command that has no reply (COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA). */
  tell(payload: Buffer): void {
    if (this.gone === null && !this.quitting) this.write(payload);
  }

  /** Writes a packet of the client's local file. */
  sendFile(payload: Buffer, sequence: number): boolean {
    return this.gone !== null || this.socket.write(frame(payload, sequence));
  }

  /** Calls `then` once what was written has left. */
  onDrain(then: () => void): void {
    this.socket.once('drain', then);
  }

  /** The reply to a statement of our own, as text; null where the server answered with an error. @throws BackendGone */
  query(sql: string): Promise<TextAnswer | null> {
    const collector = new AnswerCollector();
    const payload = Buffer.concat([Buffer.from([0x03]), Buffer.from(sql, 'utf8')]);
    const { ended } = this.run(payload, 'query', collector);
    return toldOnce(ended.then(({ err }) => (err === null ? collector.answer() : null)));
  }

  /** The rows of such a reply. @throws BackendGone */
  ask(sql: string): Promise<TextAnswer['rows'] | null> {
    return toldOnce(this.query(sql).then((answer) => answer?.rows ?? null));
  }

  /** Stops reading from the server, because a client does not take its reply. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Ends the connection with COM_QUIT and waits until the server has closed it, at most `deadlineMs`. */
  async quit(deadlineMs: number): Promise<void> {
    if (this.gone === null && !this.quitting) {
      this.quitting = true;
      this.socket.resume();
      this.socket.end(frame(Buffer.from([0x01]), 0));
    }
    const timer = setTimeout(() => this.socket.destroy(), deadlineMs);
    await this.closed;
    clearTimeout(timer);
  }

  /** Ends the connection at once; resolves when its socket is closed. */
  async destroy(reason: string): Promise<void> {
    this.lose(new BackendGone(reason));
    this.socket.destroy();
    await this.closed;
  }

  private write(payload: Buffer): void {
    this.socket.write(frame(payload, 0));
  }

  private receive(chunk: Buffer): void {
    this.lastHeard = Date.now();
    let at = 0;
    while (at < chunk.length && this.gone === null) {
      const head = this.inFlight[0];
      if (head === undefined) {
        this.lose(new BackendGone(unasked(chunk.subarray(at))));
        this.socket.destroy();
        return;
      }
      at = this.feed(head, chunk, at);
    }
  }

  private feed(head: InFlight, chunk: Buffer, from: number): number {
    try {
      const at = head.tracker.feed(chunk, from);
      if (head.tracker.done) {
        this.inFlight.shift();
        head.settle();
      }
      return at;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      this.lose(new BackendGone(`the backend sent something that is no reply: ${detail}`, { cause }));
      this.socket.destroy();
      return chunk.length;
    }
  }

  private lose(error: BackendGone): void {
    if (this.gone !== null) return;
    this.gone = error;
    for (const { fail } of this.inFlight.splice(0)) fail(error);
    this.onGone(error);
  }
}

/**
 * Of several commands in one write only the first is awaited when the connection is lost: whoever awaits it hears of the loss,
 * and the others' promises must not be taken for errors that nobody handled.
 */
export function toldOnce<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** A server that ends a connection by itself (shutdown, KILL, wait_timeout) may send an ERR that nobody asked for. */
function unasked(bytes: Buffer): string {
  const isErr = bytes[4] === 0xff && bytes.length > 13;
  return isErr
    ? `the backend said: ${bytes.toString('utf8', 13)}`
    : 'the backend sent bytes that nobody asked for';
}

/** Gathers the outcome of a reply from its packets. */
class Progress {
  private err: ErrPacket | null = null;
  private ok: OkPacket | null = null;
  private last: EofPacket | null = null;
  private sawRows = false;
  private readonly changes: StateChange[] = [];

  listener(sink: ReplySink): ConstructorParameters<typeof ReplyTracker>[3] {
    return {
      forward: (bytes) => sink.forward(bytes),
      ok: (ok) => {
        this.ok = this.last = ok;
        this.sawRows = false;
        this.changes.push(...ok.changes);
      },
      err: (err) => {
        this.err = err;
      },
      eof: (eof, behind) => {
        this.last = eof;
        this.sawRows = behind === 'rows';
      },
      prepared: (prepared) => sink.prepared?.(prepared) ?? prepared.statementId,
      ...(sink.definition === undefined ? {} : { definition: sink.definition.bind(sink) }),
      ...(sink.affectedRows === undefined ? {} : { affectedRows: sink.affectedRows.bind(sink) }),
      localInfile: () => sink.localInfile?.(),
    };
  }

  outcome(tracker: ReplyTracker): Outcome {
    const { err, ok, last, changes } = this;
    const status = err === null ? (last?.status ?? null) : null;
    return {
      err,
      ok,
      status,
      warnings: last?.warnings ?? 0,
      changes,
      rows: this.sawRows ? tracker.rows : null,
    };
  }
}
