// What a session needs of the instance around it.

import type { InstanceSettings } from '../../config/types.js';
import type { Events } from '../../observe/events.js';
import type { Frame } from '../../wire/framing.js';
import type { ClientSession } from './client-session.js';
import type { Multiplexer } from '../queue/multiplexer.js';
import type { TurnHost } from '../queue/turn-owner.js';

export interface SessionHost extends TurnHost {
  readonly settings: InstanceSettings;
  readonly events: Events;
  readonly multiplexer: Multiplexer;
  /** The sessions of the instance. */
  readonly all: Iterable<ClientSession>;
  /** KILL: ends a session or its statement. @throws UNKNOWN_THREAD */
  kill(id: number, what: 'query' | 'connection', by: ClientSession): void;
  /** COM_CHANGE_USER. @throws ACCESS_DENIED */
  changeUser(session: ClientSession, frame: Frame): void;
  /** The instance is being stopped: sessions end as soon as they are idle. */
  readonly draining: boolean;
  closed(session: ClientSession): void;
}
