// LOAD DATA LOCAL: the client's file on its way to the backend.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html

import type { Frame } from '../wire/framing.js';
import type { BackendConnection, Reply } from './backend-connection.js';
import type { ClientChannel } from './client-channel.js';

export class LocalFile {
  private ended = false;
  private isCancelled = false;

  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: BackendConnection,
    private readonly reply: Reply,
  ) {
    channel.readsFile = true;
  }

  /** Passes a packet on; an empty one ends the file. */
  take(frame: Frame): void {
    if (this.ended) return;
    if (frame.payload.length === 0) {
      this.ended = true;
      this.channel.readsFile = false;
      this.reply.tracker.resumeAt(frame.lastSequence);
      if (this.isCancelled) this.abandon('the statement was cancelled');
    }
    if (this.isCancelled) return;
    if (this.connection.sendFile(frame.payload, frame.sequence)) return;
    this.channel.pause();
    this.connection.onDrain(() => this.channel.resume());
  }

  /**
   * KILL QUERY: the client does not look for an answer before it has sent its file. The rest of it is swallowed, then the
   * statement is made to fail.
   */
  cancel(): void {
    this.isCancelled = true;
  }

  clientGone(reason: string): void {
    if (!this.ended) this.abandon(reason);
  }

  /** A file without its end would be taken for the whole: the statement can only fail with its connection. */
  private abandon(reason: string): void {
    void this.connection.destroy(`LOAD DATA LOCAL did not come to its end: ${reason}`);
  }
}
