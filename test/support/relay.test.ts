// The relay itself: the faults that it injects must be the faults that a test asks for.
import { afterEach, describe, expect, it } from 'vitest';
import { useMariadb, type Account } from './mariadb.js';
import { connectRaw, type RawClient } from './raw-client.js';
import { startRelay, type Relay } from './relay.js';
import { until } from './until.js';

const server = useMariadb();
let relay: Relay;
let account: Account;
const login = async (): Promise<RawClient> => connectRaw({ port: relay.port, ...account });
const start = async (): Promise<void> => {
  account = await server.createAccount();
  relay = await startRelay(server);
};
afterEach(() => relay.stop());

describe('the relay', () => {
  it('passes everything on and counts what is open at once', async () => {
    await start();
    const first = await login();
    await first.quit();
    await until('the first is closed', () => relay.open === 0);
    const both = [await login(), await login()];
    expect([relay.open, relay.maxOpen, relay.total]).toEqual([2, 2, 3]);
    expect(await both[1]?.rows('SELECT 1')).toEqual([['1']]);
  });

  it('cuts a reply at a packet boundary', async () => {
    await start();
    const client = await login();
    relay.cutAfterPackets(2);
    client.packets.send(Buffer.from('\x03SELECT 1'));
    await client.packets.next();
    await client.packets.next();
    await expect(client.packets.next()).rejects.toThrow();
  });

  it('refuses, swallows and passes on again', async () => {
    await start();
    relay.refuse();
    await expect(login()).rejects.toThrow();
    relay.accept();
    const client = await login();
    relay.swallow('to-server');
    client.packets.send(Buffer.from('\x03CREATE TABLE swallowed (a INT)'));
    relay.reset();
    await client.packets.closed;
    relay.pass();
    const again = await login();
    expect(await again.rows('SHOW TABLES')).toEqual([]);
  });

  it('lets the system refuse connections while it does not listen', async () => {
    await start();
    await relay.unlisten();
    await expect(login()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await relay.listen();
    await (await login()).quit();
  });
});
