// A client that does not take its reply: the backend is free for the others all the same.
import { describe, expect, it } from 'vitest';
import { useInstances } from '../support/instance.js';
import { useMariadb } from '../support/mariadb.js';
import { readReply } from '../support/raw-client.js';

const server = useMariadb();
const instances = useInstances();
const MB = 1024 * 1024;

describe('a client that takes nothing of a long reply', () => {
  it('does not hold the others up, and finds its reply whole when it comes back', async () => {
    const instance = await instances.start(server, await server.createAccount({ maxUserConnections: 1 }));
    const [slow, other] = [await instance.login(), await instance.login()];
    slow.packets.socket.pause();
    slow.packets.send(Buffer.from(`\x03SELECT REPEAT('x', ${12 * MB}) UNION ALL SELECT 'last'`));
    await instance.event('command-started', ({ session }) => session === slow.greeting.threadId);
    expect(await other.rows('SELECT 1')).toEqual([['1']]);
    slow.packets.socket.resume();
    const reply = await readReply(slow.packets, 'results');
    expect(reply.reduce((sum, { payload }) => sum + payload.length, 0)).toBeGreaterThan(12 * MB);
    expect(reply.at(-2)?.payload.toString('utf8', 1)).toBe('last');
  });

  it('is ended after stall_timeout, and the others go on', async () => {
    const instance = await instances.start(server, await server.createAccount(), {
      stallTimeoutMs: 100,
      resultBufferBytes: 64 * MB,
    });
    const [slow, other] = [await instance.login(), await instance.login()];
    slow.packets.socket.pause();
    slow.packets.send(Buffer.from("\x03SELECT REPEAT('x', 30000000)"));
    await instance.event('session-closed', ({ session }) => session === slow.greeting.threadId);
    expect(await other.rows('SELECT 1')).toEqual([['1']]);
    expect(instance.status().counters.backendLosses).toBe(0);
  });
});
