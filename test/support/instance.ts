// Instances for tests: in this process, each on a port and in a folder of its own, with all their events kept.
import { rmSync } from 'node:fs';
import { afterEach } from 'vitest';
import type { InstanceSettings } from '../../src/config/types.js';
import { createEvents, type InstanceEvent } from '../../src/observe/events.js';
import type { InstanceStatus } from '../../src/observe/status.js';
import { createInstance } from '../../src/proxy/instance.js';
import type { Account } from './mariadb.js';
import { connectRaw, type RawClient, type RawLogin } from './raw-client.js';
import { settingsFor, type SettingsOverrides } from './settings.js';

type EventType = InstanceEvent['type'];
type EventOf<T extends EventType> = Extract<InstanceEvent, { type: T }>;

export interface TestInstance {
  readonly port: number;
  readonly settings: InstanceSettings;
  readonly events: readonly InstanceEvent[];
  status(): InstanceStatus;
  /** The first event of the type, from `after` (a count of events) on, that `matches`; waits for it where needed. */
  event<T extends EventType>(
    type: T,
    matches?: (event: EventOf<T>) => boolean,
    after?: number,
  ): Promise<EventOf<T>>;
  /** A raw client that is logged in as the account. */
  login(more?: Partial<RawLogin>): Promise<RawClient>;
  drain(reason: string): Promise<void>;
  destroy(): Promise<void>;
}

export interface Instances {
  /** Starts an instance for `account` in front of `backend`, and waits until it is ready unless `waitReady` is false. */
  start(
    backend: { readonly host: string; readonly port: number },
    account: Pick<Account, 'user' | 'password'>,
    overrides?: SettingsOverrides,
    waitReady?: boolean,
  ): Promise<TestInstance>;
}

/** Instances that end with the test which started them. */
export function useInstances(): Instances {
  const running: TestInstance[] = [];
  afterEach(async () => {
    for (const instance of running.splice(0)) {
      await instance.destroy();
      rmSync(instance.settings.folder, { recursive: true, force: true });
    }
  });
  return {
    async start(backend, account, overrides, waitReady = true) {
      const instance = await startInstance(await settingsFor(backend, account, overrides));
      running.push(instance);
      if (waitReady) await instance.event('backend-connected');
      return instance;
    },
  };
}

/** Starts an instance with the settings; who calls it ends it. */
export async function startInstance(settings: InstanceSettings): Promise<TestInstance> {
  const bus = createEvents();
  const { events, event } = record(bus);
  const instance = createInstance(settings, { revision: 'test', events: bus });
  await instance.listen();
  await instance.serve();
  const { port, client } = settings;
  return {
    port,
    settings,
    events,
    event,
    status: () => instance.status(),
    login: (more) => connectRaw({ port, ...client, ...more }),
    drain: (reason) => instance.drain(reason),
    destroy: () => instance.destroy(),
  };
}

function record(bus: ReturnType<typeof createEvents>): Pick<TestInstance, 'events' | 'event'> {
  const events: InstanceEvent[] = [];
  const waiting = new Set<() => void>();
  bus.subscribe((event) => {
    events.push(event);
    for (const look of [...waiting]) look();
  });
  return {
    events,
    event: (type, matches = () => true, after = 0) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no event ${type} in: ${events.map((event) => event.type).join(' ')}`));
        }, 10_000);
        const look = (): void => {
          const found = events
            .slice(after)
            .find((event): event is EventOf<typeof type> => event.type === type && matches(event as never));
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}
