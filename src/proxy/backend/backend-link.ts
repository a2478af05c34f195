// Keeps one backend connection alive: connects, reconnects with back-off, renews, and never has two at once.

import type { InstanceSettings } from '../../config/types.js';
import type { Events } from '../../observe/events.js';
import type { BackendConnectionStatus } from '../../observe/status.js';
import { Capability } from '../../wire/constants.js';
import type { ServerFacts } from '../../session/session.js';
import type { ConnectionState } from '../../session/connection-state.js';
import { BackendConnection, type BackendGone } from './backend-connection.js';
import { logIn, type LoggedIn } from './backend-login.js';
import { retryDelayMs } from './backoff.js';
import { prepareConnection, type Prepared } from './server-facts.js';

/** A connection that is ready for sessions. */
export interface Live extends Prepared {
  /** What is in force; another object after the connection was reset, so that what belonged to the old one is known as stale. */
  state: ConnectionState;
  facts: ServerFacts;
  /** Why it is to be renewed as soon as nobody would lose anything by that; null where it is not. */
  outdated: string | null;
  readonly connection: BackendConnection;
  readonly threadId: number;
  readonly serverVersion: string;
  /** The authentication plugin that its greeting named. */
  readonly plugin: string;
  /** The number of the collation that its greeting named: some drivers begin with its character set. 0 for none. */
  readonly collation: number;
  /** Epoch ms. */
  readonly since: number;
}

export type LinkState =
  | { readonly name: 'down'; readonly lastError: string; readonly retryAt: number }
  | { readonly name: 'connecting'; readonly lastError: string | null }
  | { readonly name: 'live'; readonly live: Live }
  /** The old connection is being closed; the next is opened only when it is. */
  | { readonly name: 'closing' }
  | { readonly name: 'stopped' };

export interface LinkOwner {
  /** A connection is ready. */
  connected(live: Live): void;
  /** The connection was lost (not: closed by us). */
  lost(live: Live, error: BackendGone): void;
  /** An attempt failed; the next comes by itself. */
  failed(error: Error): void;
}

/** How long the server gets to close after COM_QUIT, ms. */
const QUIT_MS = 2_000;

export class BackendLink {
  private current: LinkState = { name: 'connecting', lastError: null };
  private attempt = 0;
  private downSince = Date.now();
  private timer: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();
  private connecting: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: InstanceSettings,
    private readonly events: Events,
    private readonly owner: LinkOwner,
  ) {}

  get state(): LinkState {
    return this.current;
  }

  get live(): Live | null {
    return this.current.name === 'live' ? this.current.live : null;
  }

  /** Begins to connect, and goes on until `stop`. */
  start(): void {
    this.connecting = this.connect(null);
  }

  /** Closes the connection and opens another, e.g. because it is old. */
  async renew(reason: string): Promise<void> {
    const { live } = this;
    if (live === null) return;
    this.current = { name: 'closing' };
    this.downSince = Date.now();
    this.events.publish({ type: 'backend-closed', reason });
    await live.connection.quit(QUIT_MS);
    if (!this.stopping.signal.aborted) this.start();
  }

  /** Ends the connection without COM_QUIT and opens another: what was in flight is lost. */
  async abandon(reason: string): Promise<void> {
    await this.live?.connection.destroy(reason);
  }

  /** Closes the connection for good, with COM_QUIT. */
  async stop(): Promise<void> {
    const { live } = this;
    this.stopping.abort();
    clearTimeout(this.timer);
    this.current = { name: 'stopped' };
    await live?.connection.quit(QUIT_MS);
    await this.connecting;
  }

  status(): BackendConnectionStatus {
    const { current, downSince } = this;
    switch (current.name) {
      case 'down':
        return { state: 'down', lastError: current.lastError, downSince, retryAt: current.retryAt };
      case 'connecting':
        return {
          state: 'connecting',
          downSince,
          ...(current.lastError === null ? {} : { lastError: current.lastError }),
        };
      case 'live': {
        const { threadId, serverVersion, since, connection } = current.live;
        return { state: connection.idle ? 'idle' : 'busy', threadId, serverVersion, connectedSince: since };
      }
      case 'closing':
        return { state: 'closing' };
      case 'stopped':
        return { state: 'down', lastError: 'the instance is being stopped' };
    }
  }

  private async connect(lastError: string | null): Promise<void> {
    this.current = { name: 'connecting', lastError };
    this.attempt++;
    this.events.publish({ type: 'backend-connecting', attempt: this.attempt });
    const startedAt = Date.now();
    try {
      const live = await this.open();
      this.attempt = 0;
      this.current = { name: 'live', live };
      const { threadId, serverVersion } = live;
      this.events.publish({ type: 'backend-connected', threadId, serverVersion, ms: Date.now() - startedAt });
      this.owner.connected(live);
    } catch (error) {
      if (!this.stopping.signal.aborted)
        this.retryAfter(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async open(): Promise<Live> {
    const login = await logIn(this.settings, this.stopping.signal);
    const { readTimeoutMs } = this.settings;
    let live: Live | null = null;
    const tracked = (login.capabilities & Capability.SESSION_TRACK) !== 0;
    const connection = new BackendConnection(login, tracked, readTimeoutMs, (error) => {
      if (live !== null) this.onGone(live, error);
    });
    const prepared = await this.prepare(connection, login);
    const { threadId, serverVersion, plugin, collation } = login.greeting;
    const since = Date.now();
    live = { ...prepared, connection, threadId, serverVersion, plugin, collation, since, outdated: null };
    return live;
  }

  private async prepare(connection: BackendConnection, login: LoggedIn): Promise<Prepared> {
    const { connectTimeoutMs } = this.settings;
    const deadline = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(connectTimeoutMs)]);
    const abort = (): void => {
      void connection.destroy(`the backend did not answer within ${connectTimeoutMs / 1000} s of the login`);
    };
    deadline.addEventListener('abort', abort);
    try {
      return await prepareConnection(connection, login, this.settings);
    } catch (error) {
      await connection.destroy('it could not be made ready');
      throw error;
    } finally {
      deadline.removeEventListener('abort', abort);
    }
  }

  private onGone(live: Live, error: BackendGone): void {
    if (this.current.name !== 'live' || this.current.live !== live) return;
    this.current = { name: 'closing' };
    this.downSince = Date.now();
    this.events.publish({ type: 'backend-lost', reason: error.message });
    this.owner.lost(live, error);
    this.connecting = live.connection.closed.then(() => {
      if (!this.stopping.signal.aborted) return this.connect(error.message);
      return undefined;
    });
  }

  private retryAfter(error: Error): void {
    const delay = retryDelayMs(error, this.attempt);
    this.current = { name: 'down', lastError: error.message, retryAt: Date.now() + delay };
    this.events.publish({
      type: 'backend-connect-failed',
      attempt: this.attempt,
      reason: error.message,
      retryInMs: delay,
    });
    this.owner.failed(error);
    this.timer = setTimeout(() => {
      this.connecting = this.connect(error.message);
    }, delay);
  }
}
