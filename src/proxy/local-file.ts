// LOAD DATA LOCAL: the client's file on its way to the backend.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html

import type { Frame } from '../wire/framing.js';
import type { BackendConnection, Reply } from './backend-connection.js';
import type { ClientChannel } from './client-channel.js';

export class LocalFile {
  private isOver = false;
  private resolveOver: () => void = () => undefined;
  /**
   * Resolves when the client has sent its file to the end, or is gone. Before that it looks for no answer, whatever has
   * become of the statement.
   */
  readonly over = new Promise<void>((resolve) => (this.resolveOver = resolve));

  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: BackendConnection,
    private readonly reply: Reply,
  ) {
    channel.readsFile = true;
    // A socket that is gone never drains; the rest of the file is swallowed.
    void connection.closed.then(() => {
      if (!this.isOver) channel.resume();
    });
  }

  /** Passes a packet on; an empty one ends the file. */
  take(frame: Frame): void {
    if (this.isOver) return;
    if (frame.payload.length === 0) {
      this.reply.tracker.resumeAt(frame.lastSequence);
      this.end();
    }
    if (this.connection.sendFile(frame.payload, frame.sequence)) return;
    this.channel.pause();
    this.connection.onDrain(() => this.channel.resume());
  }

  /** KILL QUERY: a file without its end would be taken for the whole, so the statement can only fail with its connection. */
  cancel(): void {
    if (!this.isOver) void this.connection.destroy('a LOAD DATA LOCAL was cancelled');
  }

  clientGone(): void {
    this.cancel();
    this.end();
  }

  private end(): void {
    this.isOver = true;
    this.channel.readsFile = false;
    this.resolveOver();
  }
}
