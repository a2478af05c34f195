// LOAD DATA LOCAL: the client's file on its way to the backend.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html

import { FleetError, type ClientError } from '../../errors.js';
import type { Frame } from '../../wire/framing.js';
import type { BackendConnection, Reply } from '../backend/backend-connection.js';
import type { ClientChannel } from '../client/client-channel.js';

export class LocalFile {
  /** The client has sent it to the end, or is gone: what it sends from now on is the next command. */
  isOver = false;
  /** The client is kept from sending, because the backend does not take what it has sent. */
  private isHeld = false;
  private stallTimer: NodeJS.Timeout | undefined;
  private resolveOver: () => void = () => undefined;
  /**
   * Resolves when the client has sent its file to the end, or is gone. Before that it looks for no answer, whatever has
   * become of the statement.
   */
  readonly over = new Promise<void>((resolve) => (this.resolveOver = resolve));

  /**
   * @param stallMs the client may send nothing of its file for so long
   * @param onStall called with what to tell it when it has
   */
  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: BackendConnection,
    private readonly reply: Reply,
    private readonly stallMs: number,
    private readonly onStall: (error: ClientError) => void,
  ) {
    channel.readsFile = true;
    // A socket that is gone never drains; the rest of the file is swallowed.
    void connection.closed.then(this.letGo);
    this.watchStall();
  }

  /** Passes a packet on; an empty one ends the file. */
  take(frame: Frame): void {
    if (this.isOver) return;
    if (frame.oversized > 0) {
      // It was skipped, and a file without it must not be taken for the whole.
      void this.connection.destroy('a packet of a local file was longer than max_allowed_packet');
      return;
    }
    const isLast = frame.payload.length === 0;
    if (isLast) {
      this.reply.tracker.resumeAt(frame.lastSequence);
      this.end();
    }
    if (this.connection.sendFile(frame.payload, frame.sequence) || isLast) return;
    this.isHeld = true;
    this.channel.pause();
    this.connection.onDrain(this.letGo);
  }

  /** KILL QUERY: a file without its end would be taken for the whole, so the statement can only fail with its connection. */
  cancel(): void {
    if (!this.isOver) void this.connection.destroy('a LOAD DATA LOCAL was cancelled');
  }

  clientGone(): void {
    this.cancel();
    this.end();
  }

  private readonly letGo = (): void => {
    if (this.isOver || !this.isHeld) return;
    this.isHeld = false;
    this.channel.resume();
    this.watchStall();
  };

  private watchStall(): void {
    clearTimeout(this.stallTimer);
    const { bytesIn } = this.channel;
    this.stallTimer = setTimeout(() => {
      if (this.isHeld || this.channel.bytesIn > bytesIn) this.watchStall();
      else this.onStall(new FleetError('LOCAL_FILE_STALLED', { seconds: this.stallMs / 1000 }));
    }, this.stallMs).unref();
  }

  private end(): void {
    clearTimeout(this.stallTimer);
    if (this.isHeld) this.channel.resume();
    this.isOver = true;
    this.channel.readsFile = false;
    this.resolveOver();
  }
}
