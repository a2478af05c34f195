// Whether the schema that a client names at login exists: asked of the backend where that costs no waiting.

import { Command } from '../../wire/constants.js';
import type { ErrPacket } from '../../wire/reply-packets.js';
import { BackendGone } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import { useOf } from '../command/command.js';
import type { ClientSession } from './client-session.js';
import type { Multiplexer } from '../queue/multiplexer.js';
import type { Refusable, Slot, TurnResult } from '../queue/slot.js';
import { askWhatIsInDoubt, isInDoubt } from '../state/state-application.js';

/** How many schemas are remembered. */
const MAX_REMEMBERED = 1000;

export class SchemaCheck {
  private readonly good = new Set<string>();

  constructor(private readonly multiplexer: Multiplexer) {}

  /**
   * The error that the login is to end with, or null. Where the backend is busy or away the client is let in: it may have
   * come to cancel what runs, and the first command tells of a wrong schema all the same.
   */
  check(client: ClientSession): Promise<ErrPacket | null> {
    const { schema } = client.session;
    if (schema === null || this.good.has(schema) || !this.multiplexer.isFreeFor(client))
      return Promise.resolve(null);
    return new Promise((resolve) => {
      this.multiplexer.submit(
        client,
        new SchemaTurn(client, schema, (err) => {
          if (err === null) this.remember(schema);
          resolve(err);
        }),
      );
    });
  }

  private remember(schema: string): void {
    if (this.good.size >= MAX_REMEMBERED) this.good.clear();
    this.good.add(schema);
  }
}

class SchemaTurn implements Refusable {
  readonly fingerprint: string;
  readonly pace = 'short';

  constructor(
    private readonly client: ClientSession,
    private readonly schema: string,
    private readonly answer: (err: ErrPacket | null) => void,
  ) {
    this.fingerprint = useOf(schema);
  }

  async run(slot: Slot, live: Live): Promise<TurnResult> {
    try {
      if (isInDoubt(live.state)) await askWhatIsInDoubt(this.client.residentSession(slot), live);
      const payload = Buffer.concat([Buffer.from([Command.INIT_DB]), Buffer.from(this.schema, 'utf8')]);
      const { err } = await live.connection.run(payload, 'ok').ended;
      if (err === null) live.state.schema = this.schema;
      this.answer(err);
    } catch (error) {
      if (!(error instanceof BackendGone)) throw error;
      this.answer(null);
    }
    return { type: 'done' };
  }

  refuse(): void {
    this.answer(null);
  }
}
