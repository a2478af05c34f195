// The sessions of an instance: who there is under which id, and what all of them have to know.

import { FleetError } from '../../errors.js';
import type { ConnectionState } from '../../session/connection-state.js';
import type { BackendGone } from '../backend/backend-connection.js';
import type { Live } from '../backend/backend-link.js';
import type { Holder } from '../queue/slot.js';
import type { TurnOwner } from '../queue/turn-owner.js';
import type { NewGlobal } from '../state/new-globals.js';
import type { ClientSession } from './client-session.js';

/** Thread ids are four bytes. */
const LAST_ID = 0xffffffff;

export class Sessions {
  private readonly byId = new Map<number, ClientSession>();
  private bytesInOfEnded = 0;

  /** @param lastId ids count on from here; a start that differs from run to run keeps old ids from meaning new sessions */
  constructor(private lastId: number) {}

  get size(): number {
    return this.byId.size;
  }

  get all(): readonly ClientSession[] {
    return [...this.byId.values()];
  }

  /** Bytes that came from clients since the start. */
  get bytesIn(): number {
    return this.all.reduce((bytes, { channel }) => bytes + channel.bytesIn, this.bytesInOfEnded);
  }

  nextId(): number {
    do this.lastId = this.lastId >= LAST_ID ? 1 : this.lastId + 1;
    while (this.byId.has(this.lastId));
    return this.lastId;
  }

  /** @throws UNKNOWN_THREAD */
  kill(id: number, what: 'query' | 'connection', by: ClientSession): void {
    const victim = this.byId.get(id);
    if (victim === undefined) throw new FleetError('UNKNOWN_THREAD', { id });
    if (what === 'query') victim.cancel(new FleetError('QUERY_INTERRUPTED', {}), by.id);
    else victim.kill(by.id);
  }

  add(session: ClientSession): void {
    this.byId.set(session.id, session);
  }

  remove({ id, channel }: ClientSession): void {
    this.byId.delete(id);
    this.bytesInOfEnded += channel.bytesIn;
  }

  /** A packet that is too large for the connection would cost all of them that connection. */
  limitPackets(maxBytes: number): void {
    for (const { channel } of this.byId.values()) channel.maxPacketBytes = maxBytes;
  }

  connectionLost(live: Live, error: BackendGone, holder: Holder | null): void {
    for (const session of this.byId.values()) session.lostConnection(live, error.message, session === holder);
  }

  stateLost(state: ConnectionState, why: string, by: TurnOwner): void {
    for (const session of this.byId.values()) if (session !== by) session.lostState(state, why);
  }

  keepBefore(changes: readonly NewGlobal[]): void {
    for (const { session } of this.byId.values())
      for (const { name, before } of changes) session.keep(name, before);
  }
}
