// TLS on both sides of an instance: towards clients, and towards the backend.
import { readFileSync } from 'node:fs';
import mysql from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { useInstances } from '../support/instance.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { openRaw } from '../support/raw-client.js';
import { capability, responseHead, usualCapabilities } from '../support/raw-login.js';
import { until } from '../support/until.js';

const server = useMariadb();
const instances = useInstances();
const { certificates } = server;

const cipherOf = (rows: (string | null)[][]): string | null | undefined => rows[0]?.[1];
const askCipher = "SHOW SESSION STATUS LIKE 'Ssl_cipher'";

describe.skipIf(certificates === undefined)('TLS (needs openssl and a server of our own)', () => {
  const { caFile = '', certFile = '', keyFile = '', otherCaFile = '' } = certificates ?? {};
  const ca = (): Buffer => readFileSync(caFile);

  describe('towards clients', () => {
    it('that is begun and not ended keeps its place no longer than a login may take', async () => {
      const tls = { certFile, keyFile, required: false };
      const more = { tls, maxSessions: 1, loginTimeoutMs: 100 };
      const instance = await instances.start(server, await server.createAccount(), more);
      const half = await openRaw(instance.port);
      await half.next();
      half.send(responseHead(usualCapabilities | capability.SSL, 45), 1);
      await until('a place for a login', async () => {
        const client = await instance.login().catch(() => null);
        await client?.quit();
        return client !== null;
      });
    });

    it('carries a whole session, with a certificate that the client can check', async () => {
      const tls = { certFile, keyFile, required: false };
      const instance = await instances.start(server, await server.createAccount(), { tls });
      for (const plugin of ['mysql_native_password', 'caching_sha2_password'] as const) {
        const client = await instance.login({ tls: ca(), plugin });
        expect(await client.rows("SELECT REPEAT('x', 100000) = REPEAT('x', 100000)")).toEqual([['1']]);
        await client.quit();
      }
      expect((await instance.event('session-opened')).tls).toBe(true);
    });

    it('is the choice of the client unless it is required', async () => {
      const account = await server.createAccount();
      const free = await instances.start(server, account, { tls: { certFile, keyFile, required: false } });
      expect(await (await free.login()).rows('SELECT 1')).toEqual([['1']]);
      const strict = await instances.start(server, account, { tls: { certFile, keyFile, required: true } });
      await expect(strict.login()).rejects.toMatchObject({ error: { errno: 3159, sqlState: 'HY000' } });
      expect(await (await strict.login({ tls: true })).rows('SELECT 1')).toEqual([['1']]);
    });

    it('is not offered where the port map does not say so', async () => {
      const instance = await instances.start(server, await server.createAccount());
      const client = await instance.login();
      expect(client.greeting.capabilities & capability.SSL).toBe(0);
      await expect(instance.login({ tls: true })).rejects.toThrow();
      expect(await client.rows('SELECT 1')).toEqual([['1']]);
    });

    it('works with mysql2, and with many sessions at once', async () => {
      const account = await server.createAccount();
      const { port } = await instances.start(server, account, { tls: { certFile, keyFile, required: true } });
      const { user, password } = account;
      const open = () =>
        mysql.createConnection({ host: 'localhost', port, user, password, ssl: { ca: ca() } });
      const connections = await Promise.all(Array.from({ length: 5 }, open));
      const answers = await Promise.all(connections.map((each, i) => each.query(`SELECT ${i} AS n`)));
      expect(answers.map(([rows]) => rows)).toEqual([0, 1, 2, 3, 4].map((n) => [{ n }]));
      await Promise.all(connections.map((each) => each.end()));
    });
  });

  describe('towards the backend', () => {
    const strictAccount = async (): Promise<Account> => {
      const account = await server.createAccount();
      await server.query(`ALTER USER ${account.user}@'%' REQUIRE SSL`);
      return account;
    };

    it.each([
      ['on', '127.0.0.1', { mode: 'on' }],
      ['verify, by name', 'localhost', { mode: 'verify', caFile }],
      ['verify, by address', '127.0.0.1', { mode: 'verify', caFile }],
    ] as const)('is used when it is %s', async (_, host, tls) => {
      const account = await strictAccount();
      const instance = await instances.start({ host, port: server.port }, account, { backend: { tls } });
      expect(cipherOf(await (await instance.login()).rows(askCipher))).not.toBe('');
    });

    it('is not used when it is off', async () => {
      const instance = await instances.start(server, await server.createAccount());
      expect(cipherOf(await (await instance.login()).rows(askCipher))).toBe('');
    });

    it('refuses a certificate that the CA did not sign, and says so', async () => {
      const instance = await instances.start(
        server,
        await strictAccount(),
        { backend: { tls: { mode: 'verify', caFile: otherCaFile } } },
        false,
      );
      const failed = await instance.event('backend-connect-failed');
      expect(failed.reason).toMatch(/certificate|issuer/i);
      expect(instance.status().reason).toMatch(/certificate|issuer/i);
      expect(instance.status().state).not.toBe('ready');
    });
  });
});
