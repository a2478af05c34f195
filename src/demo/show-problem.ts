// The story in two acts: two clients of one account at the backend directly, then the same two through a port.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceSettings } from '../config/types.js';
import type { Client, Connect, Target } from '../doctor/client.js';
import { createEvents } from '../observe/events.js';
import { createInstance } from '../proxy/instance.js';
import { startDemoBackend, type DemoBackend } from './backend.js';

export interface Telling {
  readonly connect: Connect;
  /** The settings of an instance in `folder` with these parts, and the defaults for the rest. */
  readonly settings: (parts: {
    folder: string;
    port: number;
    backendPort: number;
    account: string;
  }) => InstanceSettings;
  /** Takes a line of the story. */
  readonly tell: (line: string) => void;
}

/** What was seen in the two acts. */
export interface Seen {
  /** The first client of the direct pair was cut off. */
  readonly droppedDirectly: boolean;
  /** How the cut reads in the client. */
  readonly error: string | null;
  /** Both clients of the second act worked to the end. */
  readonly bothLive: boolean;
  /** Connections that the backend ended in the second act. */
  readonly droppedThroughPort: number;
}

const ACCOUNT = 'tableau';
const ROUNDS = 3;
const QUESTION = "SELECT COUNT(*) FROM sales.sales WHERE cob_date = '2023-05-05'";

/** Plays both acts on free loopback ports, and clears away what it made. */
export async function showProblem({ connect, settings, tell }: Telling): Promise<Seen> {
  const backend = await startDemoBackend({ host: '127.0.0.1', port: 0, accounts: { [ACCOUNT]: '' } });
  const folder = await mkdtemp(join(tmpdir(), 'chronos-demo-'));
  try {
    tell(
      `A backend listens on ${backend.host}:${backend.port}. Like some real ones, it takes one connection per account.`,
    );
    tell('');
    const first = await directly(connect, backend, tell);
    tell('');
    const port = await freePort();
    const second = await throughPort(
      connect,
      backend,
      settings({ folder, port, backendPort: backend.port, account: ACCOUNT }),
      tell,
    );
    return { ...first, ...second };
  } finally {
    await backend.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function targetAt(port: number): Target {
  return { host: '127.0.0.1', port, user: ACCOUNT, password: '', timeoutMs: 10_000 };
}

async function directly(
  connect: Connect,
  backend: DemoBackend,
  tell: Telling['tell'],
): Promise<Pick<Seen, 'droppedDirectly' | 'error'>> {
  tell('1. Two connections of one BI tool, directly to the backend:');
  const a = await connect(targetAt(backend.port));
  tell(`   A connects and asks:      ${await ask(a)}`);
  const b = await connect(targetAt(backend.port));
  tell(`   B connects and asks:      ${await ask(b)}`);
  const error = await a.query(QUESTION).then(
    () => null,
    (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
  );
  tell(error === null ? '   A asks again:            still there' : `   A asks again:             ${error}`);
  if (error !== null)
    tell(
      '                             (on Windows: [WinError 64] The specified network name is no longer available)',
    );
  a.destroy();
  await b.end();
  return { droppedDirectly: error !== null && backend.dropped === 1, error };
}

async function ask(client: Client): Promise<string> {
  const { rows } = await client.query(QUESTION);
  return `${rows[0]?.[0] ?? 'no'} sales on 2023-05-05`;
}

async function throughPort(
  connect: Connect,
  backend: DemoBackend,
  settings: InstanceSettings,
  tell: Telling['tell'],
): Promise<Pick<Seen, 'bothLive' | 'droppedThroughPort'>> {
  const droppedBefore = backend.dropped;
  const instance = createInstance(settings, { revision: 'demo', events: createEvents() });
  try {
    await instance.listen();
    await instance.serve();
    tell(`2. The same two through an instance of Chronos Fleet on port ${settings.port}:`);
    const a = await connect(targetAt(settings.port));
    const b = await connect(targetAt(settings.port));
    const bothLive = await takeTurns(a, b, tell);
    await Promise.all([a.end(), b.end()]);
    const dropped = backend.dropped - droppedBefore;
    tell(`   The backend saw one connection, and ended ${dropped === 0 ? 'none' : dropped}.`);
    return { bothLive, droppedThroughPort: dropped };
  } finally {
    await instance.drain('the demonstration is over');
    await instance.destroy();
  }
}

/** Both ask by turns and at once, each with a variable of its own. */
async function takeTurns(a: Client, b: Client, tell: Telling['tell']): Promise<boolean> {
  await Promise.all([a.query("SET @me = 'A'"), b.query("SET @me = 'B'")]);
  for (let round = 1; round <= ROUNDS; round++) {
    const [fromA, fromB] = await Promise.all([ask(a), ask(b)]);
    tell(`   round ${round}: A and B ask at once: ${fromA} / ${fromB}`);
  }
  const names = await Promise.all(
    [a, b].map(async (client) => (await client.query('SELECT @me')).rows[0]?.[0]),
  );
  tell(`   Each still has its own variables: @me is ${names.join(' and ')}.`);
  return names[0] === 'A' && names[1] === 'B';
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
