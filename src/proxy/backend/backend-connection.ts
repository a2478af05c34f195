// The one connection to the server: a pipeline of commands in flight, each with the tracker of its reply.

import { Command, MAX_PACKET_PAYLOAD, promptCommands } from '../../wire/constants.js';
import { frame } from '../../wire/framing.js';
import type { ReplyForm } from '../../wire/reply-phase.js';
import { ReplyTracker } from '../../wire/reply-tracker.js';
import { AnswerCollector, type TextAnswer } from './answer-collector.js';
import type { LoggedIn } from './backend-login.js';
import { ReplyProgress, type Outcome, type ReplySink } from './reply-progress.js';
import { SilenceWatch, type Awaited } from './silence-watch.js';
import { isUnacknowledged } from './unacknowledged.js';

/** The connection ended while the command was in flight. `forwarded` says whether any of its reply was passed on. */
export class BackendGone extends Error {
  override readonly name = 'BackendGone';
}

/** A command in flight. */
export interface Reply {
  readonly tracker: ReplyTracker;
  /** @throws BackendGone */
  readonly ended: Promise<Outcome>;
  /** From now on the rest of the reply takes the server no time: it has been told to end the statement. */
  hurry(): void;
}

interface InFlight {
  readonly tracker: ReplyTracker;
  /** Its answer takes a server no time. */
  prompt: boolean;
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
  /** The server answers what is as long as this, or longer, by ending the connection. */
  maxAllowedPacket = Infinity;
  /** Epoch ms of the last byte from the server. */
  lastHeard = Date.now();
  private readonly silence: SilenceWatch;
  private readonly socket: LoggedIn['socket'];

  /**
   * @param tracked whether CLIENT_SESSION_TRACK was agreed on
   * @param readTimeoutMs the server is taken for lost when it is silent for so long over what takes it no time
   * @param onGone called once, as soon as the connection is of no more use, for whatever reason
   */
  constructor(
    { socket, deliver }: Pick<LoggedIn, 'socket' | 'deliver'>,
    private readonly tracked: boolean,
    readTimeoutMs: number,
    private readonly onGone: (error: BackendGone) => void,
  ) {
    this.socket = socket;
    this.silence = new SilenceWatch(
      readTimeoutMs,
      () => this.awaited,
      (awaited) => {
        if (awaited === 'soon') void this.destroy(silentFor(readTimeoutMs));
        else void this.destroyIfUnacknowledged();
      },
    );
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

  /** Why it is gone; null while it is not. */
  get loss(): BackendGone | null {
    return this.gone;
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

  /**
   * Writes a command that has a reply.
   * @param prompt whether the answer takes a server no time, so that silence means that it is gone
   */
  run(
    payload: Buffer,
    form: ReplyForm,
    sink: ReplySink = nowhere,
    prompt = promptCommands.has(payload[0] ?? -1),
  ): Reply {
    const progress = new ReplyProgress();
    const lastSequence = Math.floor(payload.length / MAX_PACKET_PAYLOAD) & 0xff;
    const tracker = new ReplyTracker(form, lastSequence, this.tracked, progress.listener(sink));
    const ended = new Promise<Outcome>((resolve, reject) => {
      const settle = (): void => resolve(progress.outcome(tracker));
      this.send(payload, { tracker, prompt, settle, fail: reject });
    });
    const hurry = (): void => this.hurry(tracker);
    return { tracker, ended: toldOnce(ended), hurry };
  }

  /** Sends a statement of our own of which nothing depends. */
  clearAway(sql: string): void {
    this.run(queryPayload(sql), 'query');
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

  /**
   * The reply to a statement of our own, as text; null where the server answered with an error, or would end the connection.
   * @param prompt false for one that may take its time
   * @throws BackendGone
   */
  query(sql: string, prompt = true): Promise<TextAnswer | null> {
    const payload = queryPayload(sql);
    if (payload.length >= this.maxAllowedPacket) return Promise.resolve(null);
    const collector = new AnswerCollector();
    const { ended } = this.run(payload, 'query', collector, prompt);
    return toldOnce(ended.then(({ err }) => (err === null ? collector.answer() : null)));
  }

  /** The rows of such a reply. @throws BackendGone */
  ask(sql: string, prompt = true): Promise<TextAnswer['rows'] | null> {
    return toldOnce(this.query(sql, prompt).then((answer) => answer?.rows ?? null));
  }

  /** Stops reading from the server, because a client does not take its reply. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    if (this.socket.isPaused()) this.silence.restart();
    this.socket.resume();
  }

  /** Ends the connection with COM_QUIT and waits until the server has closed it, at most `deadlineMs`. */
  async quit(deadlineMs: number): Promise<void> {
    if (this.gone === null && !this.quitting) {
      this.quitting = true;
      this.socket.resume();
      this.socket.end(frame(Buffer.from([Command.QUIT]), 0));
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

  /** A statement may take its time, but not the machine across to acknowledge that it has come. */
  private async destroyIfUnacknowledged(): Promise<void> {
    const heard = this.lastHeard;
    if (!(await isUnacknowledged(this.socket)) || this.lastHeard !== heard) return;
    await this.destroy('the machine of the backend does not acknowledge what is sent to it');
  }

  /** Silence of which we are the cause is none. */
  private get awaited(): Awaited {
    const head = this.inFlight[0];
    if (head === undefined || this.socket.isPaused()) return 'nothing';
    return head.prompt ? 'soon' : 'sometime';
  }

  private send(payload: Buffer, entry: InFlight): void {
    if (this.gone !== null || this.quitting) {
      entry.fail(this.gone ?? new BackendGone('the backend connection is being closed'));
      return;
    }
    if (this.idle) this.silence.restart();
    this.inFlight.push(entry);
    this.write(payload);
  }

  private hurry(tracker: ReplyTracker): void {
    const entry = this.inFlight.find((each) => each.tracker === tracker);
    if (entry === undefined) return;
    entry.prompt = true;
    this.silence.restart();
  }

  private write(payload: Buffer): void {
    this.socket.write(frame(payload, 0));
  }

  private receive(chunk: Buffer): void {
    this.lastHeard = Date.now();
    this.silence.restart();
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
    this.silence.stop();
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

function queryPayload(sql: string): Buffer {
  return Buffer.concat([Buffer.from([Command.QUERY]), Buffer.from(sql, 'utf8')]);
}

function silentFor(ms: number): string {
  return `the backend said nothing for ${ms / 1000} s where its answer takes no time (read_timeout)`;
}

/** A server that ends a connection by itself (shutdown, KILL, wait_timeout) may send an ERR that nobody asked for. */
function unasked(bytes: Buffer): string {
  const isErr = bytes[4] === 0xff && bytes.length > 13;
  return isErr
    ? `the backend said: ${bytes.toString('utf8', 13)}`
    : 'the backend sent bytes that nobody asked for';
}
