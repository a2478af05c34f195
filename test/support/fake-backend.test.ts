// The scripted server, held against clients that are not ours: what it says must be MySQL unless the test wants otherwise.
import mysql from 'mysql2/promise';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeBackend, type FakeBackend, type FakeOptions } from './fake-backend.js';
import { connectRaw } from './raw-client.js';

let backend: FakeBackend | undefined;
const start = async (options: FakeOptions = {}): Promise<FakeBackend> =>
  (backend = await startFakeBackend(options));
afterEach(() => backend?.stop());

describe('the fake backend', () => {
  it.each([
    { plugin: 'mysql_native_password' },
    { plugin: 'caching_sha2_password' },
    { plugin: 'caching_sha2_password', fullAuthentication: true },
    { plugin: 'mysql_native_password', switchesPlugin: true },
    { plugin: 'caching_sha2_password', switchesPlugin: true },
  ] as const)('logs mysql2 in with the right password only: %j', async (options) => {
    const { port } = await start({ ...options, password: 'right' });
    const connect = (password: string) => mysql.createConnection({ port, user: 'u', password });
    await expect(connect('wrong')).rejects.toMatchObject({ errno: 1045 });
    const connection = await connect('right');
    await connection.ping();
    await connection.end();
  });

  it('gives the scripted answer and keeps what was asked', async () => {
    const { port, commands } = await start({
      onCommand: (command) => {
        if (command.text !== 'no') return false;
        command.fail({ errno: 4242, sqlState: 'HY000', message: 'as told' });
        return true;
      },
    });
    const client = await connectRaw({ port });
    expect(await client.failure('no')).toEqual({ errno: 4242, sqlState: 'HY000', message: 'as told' });
    await client.query('yes');
    expect(commands).toEqual(['1:3:no', '1:3:yes']);
    client.reset();
  });
});
