// An instance: one port, one backend connection, the sessions between them.

import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import type { InstanceSettings } from '../config/types.js';
import type { Events } from '../observe/events.js';
import { subscribeMetrics, type Metrics } from '../observe/metrics.js';
import type { InstanceStatus } from '../observe/status.js';
import { isAuthPlugin } from '../wire/auth.js';
import { Collation } from '../wire/constants.js';
import { createAccount } from './account.js';
import { serveAdmin, type AdminEndpoint } from './admin-endpoint.js';
import type { Door } from './client/client-login.js';
import { instanceStatus } from './instance-status.js';
import { Listener } from './listener.js';
import { Multiplexer } from './queue/multiplexer.js';
import { Reception } from './client/reception.js';
import { assumedFacts } from './backend/server-facts.js';
import { Spool } from './spool/spool.js';
import { spoolFolder, type SpoolFolder } from './spool/spool-folder.js';

export interface InstanceOptions {
  /** Names the settings in the status document. */
  readonly revision: string;
  readonly events: Events;
}

export interface Instance {
  /** Takes the port: clients may connect, and wait for their greeting. @throws the error of `listen`, e.g. EADDRINUSE; it may be tried again */
  listen(): Promise<void>;
  /** Serves: opens the backend connection and the admin endpoint. To be called once, with the port taken. @throws the error of the endpoint's `listen` */
  serve(): Promise<void>;
  status(): InstanceStatus;
  /** Stops gracefully: no new sessions, running commands finish, then the backend connection is closed. May be called twice. */
  drain(reason: string): Promise<void>;
  /** Stops at once. */
  destroy(): Promise<void>;
}

/** The phases of an instance's life. */
export type Phase = 'starting' | 'serving' | 'draining' | 'stopped';

export function createInstance(settings: InstanceSettings, options: InstanceOptions): Instance {
  return new ProxyInstance(settings, options);
}

class ProxyInstance implements Instance {
  private readonly settings: InstanceSettings;
  private phase: Phase = 'starting';
  private readonly startedAt = Date.now();
  private readonly metrics: Metrics;
  private readonly multiplexer: Multiplexer;
  private readonly reception: Reception;
  private readonly spoolFolder: SpoolFolder;
  private readonly listener: Listener;
  private admin: AdminEndpoint | null = null;
  private stopping: Promise<void> | null = null;
  /** It is ended, not drained: nobody is waited for. */
  private hurries = false;

  constructor(
    given: InstanceSettings,
    private readonly options: InstanceOptions,
  ) {
    const { events } = options;
    const account = createAccount(given);
    const { settings } = account;
    this.settings = settings;
    this.metrics = subscribeMetrics(events);
    this.multiplexer = new Multiplexer(settings, events, {
      backendTried: () => {
        this.reception.backendTried();
      },
      backendLost: (live, error, holder) => {
        this.reception.backendLost(live, error, holder);
      },
    });
    this.spoolFolder = spoolFolder(join(settings.folder, 'spool'));
    this.reception = new Reception(
      account,
      events,
      this.multiplexer,
      door(settings, this.multiplexer),
      createSpool(settings, this.spoolFolder, events),
      randomInt(1, 2 ** 20) * 256,
    );
    this.listener = new Listener((socket) => {
      this.reception.accept(socket);
    });
  }

  async listen(): Promise<void> {
    const { listen, port } = this.settings;
    await this.listener.open(listen, port, ({ message }) => {
      this.options.events.publish({ type: 'internal-error', where: 'listener', message });
    });
    this.options.events.publish({ type: 'listening', address: `${listen}:${port}` });
  }

  async serve(): Promise<void> {
    await this.spoolFolder.sweep().catch((error: unknown) => {
      this.options.events.publish({ type: 'spool-failed', reason: String(error) });
    });
    this.admin = await serveAdmin(
      this.settings.admin,
      () => this.status(),
      (successor) => this.listener.tellWhenFree(successor),
    );
    this.phase = 'serving';
    this.multiplexer.start();
  }

  status(): InstanceStatus {
    const { settings, options, startedAt, phase, multiplexer, reception, metrics } = this;
    return instanceStatus({
      settings,
      revision: options.revision,
      startedAt,
      phase,
      multiplexer,
      reception,
      metrics,
    });
  }

  drain(reason: string): Promise<void> {
    this.stopping ??= this.stop(reason);
    return this.stopping;
  }

  async destroy(): Promise<void> {
    this.hurries = true;
    this.reception.destroyAll();
    await this.drain('it is being ended');
  }

  private async stop(reason: string): Promise<void> {
    this.phase = 'draining';
    this.options.events.publish({ type: 'draining', reason });
    this.reception.close();
    const { empty } = await this.listener.close();
    const deadline = Date.now() + this.settings.drainTimeoutMs;
    await this.reception.drain(this.settings.drainTimeoutMs);
    await this.multiplexer.stop();
    await this.reception.empty(this.hurries ? 0 : deadline - Date.now());
    await empty;
    await this.admin?.close();
    this.phase = 'stopped';
    this.options.events.publish({ type: 'stopped' });
  }
}

function createSpool(settings: InstanceSettings, folder: SpoolFolder, events: Events): Spool {
  const limits = { memoryBytes: settings.resultBufferBytes, diskBytes: settings.spoolLimitBytes };
  return new Spool(limits, folder, ({ message }) =>
    events.publish({ type: 'spool-failed', reason: message }),
  );
}

/** What a client that knocks is told, with what is known of the server so far. */
function door(settings: InstanceSettings, multiplexer: Multiplexer): () => Door {
  const { client, tls: files } = settings;
  const secure =
    files === undefined
      ? null
      : {
          context: tls.createSecureContext({
            cert: readFileSync(files.certFile),
            key: readFileSync(files.keyFile),
          }),
          required: files.required,
        };
  return () => {
    const { known } = multiplexer;
    const plugin = known?.plugin ?? null;
    const collation = known?.collation ?? 0;
    return {
      ...client,
      tls: secure,
      serverVersion: known?.serverVersion ?? assumedFacts.version,
      collation: collation === 0 ? Collation.utf8mb4_general_ci : collation,
      plugin: isAuthPlugin(plugin) ? plugin : 'mysql_native_password',
    };
  };
}
