// A client that does not take a large reply, and the process that keeps it: its memory, and what a kill leaves.
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startInstanceProcess, type InstanceProcess } from '../support/instance-process.js';
import { useMariadb, type Account } from '../support/mariadb.js';
import { command, connectRaw, readReply, type RawClient } from '../support/raw-client.js';
import { until } from '../support/until.js';

const server = useMariadb();
const MB = 1024 * 1024;
const resultBufferBytes = 16 * MB;

interface Scene {
  readonly account: Account;
  readonly instance: InstanceProcess;
  readonly slow: RawClient;
}

async function scene(): Promise<Scene> {
  const account = await server.createAccount({ maxUserConnections: 1 });
  const instance = await startInstanceProcess(server, account, { resultBufferBytes });
  onTestFinished(() => instance.stop());
  return { account, instance, slow: await connectRaw({ port: instance.port, ...account }) };
}

/** Asks for a reply of so many MB, takes nothing of it, and waits until all that is left of it is the instance's. */
async function askAndLeave({ account, instance, slow }: Scene, size: number): Promise<void> {
  const { socket } = slow.packets;
  socket.pause();
  const sql = `SELECT REPEAT(CHAR(97 + seq % 26), 1000) FROM ${account.schema}.seq_1_to_${size * 1000}`;
  slow.packets.send(Buffer.concat([Buffer.from([command.QUERY]), Buffer.from(sql)]));
  await until('the backend has sent it all', async () => {
    const { sessions } = await instance.status();
    const [session] = sessions;
    return session?.state === 'idle' && (session.untaken?.disk ?? 0) > (size / 2) * MB ? session : undefined;
  });
}

describe.skipIf(process.platform !== 'linux')('a reply of 200 MB that its client does not take', () => {
  it('takes no more memory than result_buffer and 32 MB', async () => {
    const here = await scene();
    const before = here.instance.memory()?.rss ?? 0;
    await askAndLeave(here, 200);
    const kept = here.instance.memory()?.rss ?? 0;
    expect(kept - before).toBeLessThan(resultBufferBytes / MB + 32);
    here.slow.packets.socket.resume();
    expect((await readReply(here.slow.packets, 'results')).length).toBe(200 * 1000 + 4);
    expect((here.instance.memory()?.rss ?? 0) - before).toBeLessThan(resultBufferBytes / MB + 32);
  }, 60_000);

  it('is nobody else’s to read, and is gone with a killed process', async () => {
    const here = await scene();
    await askAndLeave(here, 40);
    const { instance } = here;
    const spool = join(instance.settings.folder, 'spool');
    const open = readdirSync(`/proc/${instance.pid}/fd`)
      .map((fd) => `/proc/${instance.pid}/fd/${fd}`)
      .filter((fd) => targetOf(fd).startsWith(spool));
    expect(open.length).toBeGreaterThan(0);
    expect(open.map((fd) => statSync(fd).mode & 0o777)).toEqual(open.map(() => 0o600));
    const { port } = instance;
    await instance.kill();
    expect(readdirSync(spool)).toEqual([]);
    await instance.startAgain();
    const again = await connectRaw({ port, ...here.account });
    expect(await again.rows('SELECT 1')).toEqual([['1']]);
    expect(readdirSync(spool)).toEqual([]);
    await again.quit();
  }, 60_000);
});

/** What a descriptor leads to; empty for one that was closed since it was listed. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}
