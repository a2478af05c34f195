// A client that reads 500 MB at 1 MB/s: how long it holds the backend, and what it takes of memory and disk meanwhile.
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startMariadb, type Account } from '../test/support/mariadb.js';
import { connectRaw } from '../test/support/raw-client.js';
import { startInstanceProcess, type InstanceProcess } from '../test/support/instance-process.js';

const MB = 1024 * 1024;
const rowBytes = 1000;
const rows = 500_000;
const paceBytes = MB;
/** The slow client goes on at its pace for so long after the backend was free; the whole would take minutes. */
const watchMs = Number(process.env.SLOW_READER_SECONDS ?? 10) * 1000;

let server: Awaited<ReturnType<typeof startMariadb>>;
let account: Account;
let instance: InstanceProcess;
let sql: string;

beforeAll(async () => {
  server = await startMariadb({ generalLog: false });
  account = await server.createAccount({ maxUserConnections: 2 });
  instance = await startInstanceProcess(server, account);
  sql = `SELECT REPEAT(CHAR(97 + seq % 26), ${rowBytes}) FROM ${account.schema}.seq_1_to_${rows}`;
});

afterAll(async () => {
  await instance.stop();
  await server.destroy();
});

/** What the door sends in answer to the statement: so many bytes, and their hash. */
interface Taken {
  readonly bytes: number;
  readonly hash: string;
}

const ending = Buffer.from([0x05, 0x00, 0x00]);

/** Takes a reply from the socket; `pace` bytes a second, or all that comes once `hurry` resolves. */
async function take(socket: Socket, pace: number, hurry: Promise<void>): Promise<Taken> {
  const hash = createHash('sha256');
  let bytes = 0;
  let tail = Buffer.alloc(0);
  const state = { isHurried: false };
  void hurry.then(() => (state.isHurried = true));
  const started = performance.now();
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    tail = Buffer.concat([tail, chunk]).subarray(-9);
    // The EOF packet behind the rows: five bytes of payload that begin with 0xfe.
    if (bytes > rows * rowBytes && tail.subarray(0, 3).equals(ending) && tail[4] === 0xfe) break;
    const aheadMs = (bytes / pace) * 1000 - (performance.now() - started);
    if (!state.isHurried && aheadMs > 0) await Promise.race([hurry, delay(Math.min(aheadMs, 100))]);
  }
  return { bytes, hash: hash.digest('hex') };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(port: number): Promise<Socket> {
  const client = await connectRaw({ port, ...account, schema: account.schema });
  const { socket } = client.packets;
  socket.removeAllListeners('data');
  socket.pause();
  client.packets.send(Buffer.from(`\x03${sql}`));
  return socket;
}

describe('a client that reads 500 MB at 1 MB/s', () => {
  it('holds the backend for as long as the backend takes to send it', async () => {
    const now = Promise.resolve();
    const timed = async (port: number): Promise<readonly [Taken, number]> => {
      const started = performance.now();
      const socket = await ask(port);
      const taken = await take(socket, Infinity, now);
      socket.destroy();
      return [taken, performance.now() - started];
    };
    await timed(server.port);
    const [direct, directMs] = await timed(server.port);
    const before = instance.memory();
    const [, throughMs] = await timed(instance.port);
    const fast = instance.memory();

    const other = await connectRaw({ port: instance.port, ...account });
    let goOn: () => void = () => undefined;
    const hurry = new Promise<void>((resolve) => (goOn = resolve));
    const started = performance.now();
    const socket = await ask(instance.port);
    const taken = take(socket, paceBytes, hurry);
    let [peak, peakDisk] = [0, 0];
    const sample = async (): Promise<void> => {
      peak = Math.max(peak, instance.memory()?.rss ?? 0);
      const { sessions } = await instance.status();
      for (const { untaken } of sessions) peakDisk = Math.max(peakDisk, untaken?.disk ?? 0);
    };
    const state = { isOver: false };
    const sampled = (async () => {
      while (!state.isOver) {
        await sample();
        await delay(20);
      }
    })();
    const answer = other.rows('SELECT 1');
    await answer;
    const heldMs = performance.now() - started;
    const readWhenFree = socket.bytesRead;
    await delay(watchMs);
    goOn();
    const slow = await taken;
    state.isOver = true;
    await sampled;
    socket.destroy();
    const figures = [
      `directly, as fast as it goes   ${directMs.toFixed(0)} ms`,
      `through the port, likewise     ${throughMs.toFixed(0)} ms`,
      `slow reader: backend held for  ${heldMs.toFixed(0)} ms, the client had read ${(readWhenFree / MB).toFixed(1)} MB of ${(slow.bytes / MB).toFixed(0)} MB then`,
      `memory before / fast / peak    ${String(before?.rss.toFixed(0))} / ${String(fast?.rss.toFixed(0))} / ${peak.toFixed(0)} MB; disk at most ${(peakDisk / MB).toFixed(0)} MB`,
      `the same bytes as directly     ${String(slow.hash === direct.hash)}`,
    ];
    console.log(`\n${figures.join('\n')}`);
  });
});
