// What the tests of faults share: a real server, a relay before it that fails on a second connection, an instance, two sessions.
import { beforeEach, expect } from 'vitest';
import { useInstances, type Instances, type TestInstance } from '../../support/instance.js';
import { useMariadb, type Account, type TestServer } from '../../support/mariadb.js';
import type { RawClient } from '../../support/raw-client.js';
import { startRelay, type Relay } from '../../support/relay.js';
import type { SettingsOverrides } from '../../support/settings.js';
import { until } from '../../support/until.js';

export interface Stage {
  readonly server: TestServer;
  readonly account: Account;
  readonly relay: Relay;
  readonly instances: Instances;
  readonly instance: TestInstance;
  /** Two sessions on the account's schema, `one` in time zone +01:00 and `two` in +02:00. */
  readonly one: RawClient;
  readonly two: RawClient;
  /** Starts the instance and logs the two in. */
  start(overrides?: SettingsOverrides): Promise<void>;
  /** Does something that loses the connection and resolves when the instance knows it. */
  lose(how: () => unknown): Promise<void>;
  /** Resolves when so many commands wait. */
  waiting(count: number): Promise<unknown>;
  /** Both sessions are connected, get answers, and have their state. */
  expectBothWell(): Promise<void>;
}

/** A stage for each test of a file. At the end of each the instance has never had two connections. */
export function useStage(): Stage {
  const server = useMariadb();
  const instances = useInstances();
  const parts: Partial<Stage> = {};
  const part = <K extends keyof Stage>(name: K): NonNullable<Stage[K]> => {
    const value = parts[name];
    if (value === undefined) throw new Error(`${name} is there only after start`);
    return value;
  };
  beforeEach(async () => {
    const account = await server.createAccount({ privileges: ['PROCESS'] });
    await server.query(`CREATE TABLE ${account.schema}.t (id INT PRIMARY KEY AUTO_INCREMENT, n INT)`);
    await server.query(`INSERT INTO ${account.schema}.t (n) VALUES (1), (2), (3), (4), (5)`);
    const relay = await startRelay(server);
    Object.assign(parts, { account, relay });
    return async () => {
      expect(relay.maxOpen).toBeLessThanOrEqual(1);
      await relay.stop();
    };
  });
  return {
    server,
    instances,
    get account() {
      return part('account');
    },
    get relay() {
      return part('relay');
    },
    get instance() {
      return part('instance');
    },
    get one() {
      return part('one');
    },
    get two() {
      return part('two');
    },
    async start(overrides) {
      const account = part('account');
      const instance = await instances.start(part('relay'), account, overrides);
      const one = await instance.login({ schema: account.schema });
      const two = await instance.login({ schema: account.schema });
      await one.query("SET time_zone = '+01:00'");
      await two.query("SET time_zone = '+02:00'");
      Object.assign(parts, { instance, one, two });
    },
    async lose(how) {
      const instance = part('instance');
      const before = instance.events.length;
      await how();
      await instance.event('backend-lost', undefined, before);
    },
    waiting: (count) => until(`${count} waiting`, () => part('instance').status().queue.waiting === count),
    async expectBothWell() {
      const { schema } = part('account');
      const question = 'SELECT @@time_zone, DATABASE()';
      expect(await part('one').rows(question)).toEqual([['+01:00', schema]]);
      expect(await part('two').rows(question)).toEqual([['+02:00', schema]]);
    },
  };
}
