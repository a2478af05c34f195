// What waiting costs: single commands beside a session with a thousand, and probes beside long reports.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startMariadb, type Account } from '../test/support/mariadb.js';
import { connectRaw, readReply, type RawClient } from '../test/support/raw-client.js';
import { startInstanceProcess, type InstanceProcess } from '../test/support/instance-process.js';

let server: Awaited<ReturnType<typeof startMariadb>>;
let account: Account;
let instance: InstanceProcess;

beforeAll(async () => {
  server = await startMariadb({ generalLog: false });
  account = await server.createAccount();
  instance = await startInstanceProcess(server, account);
});

afterAll(async () => {
  await instance.stop();
  await server.destroy();
});

/** Runs `ask` so many times with pauses (ms) in between, and answers with the times it took, sorted. */
async function timed(count: number, pauseMs: number, ask: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const started = performance.now();
    await ask();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

function line(name: string, times: readonly number[], direct: readonly number[]): string {
  const at = (sorted: readonly number[], share: number): number =>
    sorted[Math.floor(sorted.length * share)] ?? 0;
  const [p50, p95] = [at(times, 0.5), at(times, 0.95)];
  const ratio = (p50 / at(direct, 0.5)).toFixed(1);
  return `  ${name.padEnd(34)} p50 ${p50.toFixed(2).padStart(8)} ms  p95 ${p95.toFixed(2).padStart(8)} ms  x ${ratio} of directly`;
}

const login = (port: number): Promise<RawClient> => connectRaw({ port, ...account });

/** Runs the statement again and again until told to stop. */
function keepBusy(client: RawClient, sql: string): () => Promise<void> {
  const state = { isOver: false };
  const running = (async () => {
    while (!state.isOver) await client.query(sql);
  })();
  return async () => {
    state.isOver = true;
    await running;
    await client.quit();
  };
}

describe('waiting', () => {
  it('beside a session with a thousand commands ahead', async () => {
    const [direct, single, many] = [
      await login(server.port),
      await login(instance.port),
      await login(instance.port),
    ];
    const sql = 'SELECT 1';
    const directly = await timed(200, 1, () => direct.query(sql));
    const alone = await timed(200, 1, () => single.query(sql));
    const commands = 1_000;
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < commands; n++) many.packets.send(Buffer.from(`\x03SELECT ${n}`));
      const replies = (async () => {
        for (let n = 0; n < commands; n++) await readReply(many.packets, 'results');
      })();
      rounds.push(...(await timed(10, 1, () => single.query(sql))));
      await replies;
    }
    rounds.sort((a, b) => a - b);
    const lines = [
      line('directly', directly, directly),
      line('port, nobody else', alone, directly),
      line('port, another has a thousand', rounds, directly),
    ];
    console.log(['\nSELECT 1', ...lines].join('\n'));
  });

  it('beside three sessions with reports of 50 ms', async () => {
    const sql = 'SHOW TABLES FROM information_schema';
    const direct = await login(server.port);
    const directly = await timed(50, 1, () => direct.query(sql));
    const reports = await Promise.all([1, 2, 3].map(() => login(instance.port)));
    const stops = reports.map((client) => keepBusy(client, 'SELECT SLEEP(0.05)'));
    // One that is never seen to be short takes its turn by arrival.
    const [probing, queueing] = [await login(instance.port), await login(instance.port)];
    const probes = await timed(30, 200, () => probing.query(sql));
    const inOrder = await timed(30, 200, () => queueing.query('SELECT SLEEP(0.01)'));
    await Promise.all(stops.map((stop) => stop()));
    const lines = [
      line('directly', directly, directly),
      line('port, metadata probe (overtakes)', probes, directly),
      line('port, 10 ms by arrival (does not)', inOrder, directly),
    ];
    console.log(['\nProbe every 200 ms beside reports', ...lines].join('\n'));
  });
});
