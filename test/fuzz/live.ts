// Hostile clients of a whole instance in a process of its own, before a real server, next to a witness.
import { readdirSync } from 'node:fs';
import { randomOf, type Random } from '../sql/random.js';
import { startInstanceProcess, type InstanceProcess } from '../support/instance-process.js';
import type { Account, TestServer } from '../support/mariadb.js';
import { openRaw } from '../support/raw-client.js';
import { handshakeResponse, readGreeting, usualCapabilities } from '../support/raw-login.js';
import { toPackets } from '../support/raw-packets.js';
import type { PacketSocket } from '../support/raw-socket.js';
import { until } from '../support/until.js';
import { dialogueIn, localFile } from './dialogue.js';
import { mutatePackets, pieces } from './mutate.js';
import { callWitness, type Witness } from './witness.js';

/** Clients at once. */
const VISITORS = 8;

/** What is left of it all; before and after there is nobody but the witness. */
export interface Remains {
  readonly pid: number;
  readonly sessions: number;
  readonly connections: number;
  /** Prepared statements on the server. */
  readonly statements: number;
  readonly descriptors: number;
}

export interface LiveFuzz {
  /** The hostile clients of one seed. Throws, naming the seed, when the witness is not served right. */
  round(seed: number): Promise<void>;
  /** Once everybody has gone. */
  remains(): Promise<Remains>;
  /** Memory of the process alone, in MB; undefined where the system does not tell. */
  memory(): number | undefined;
  stop(): Promise<void>;
}

/** @param server that nobody else uses: its prepared statements are counted */
export async function startLiveFuzz(server: TestServer): Promise<LiveFuzz> {
  const account = await server.createAccount({ maxUserConnections: 1, privileges: ['SELECT'] });
  const other = await server.createAccount();
  const table = `${other.schema}.t`;
  await server.query(
    `CREATE TABLE ${table} AS SELECT seq AS id, CONCAT('n', seq) AS name FROM ${table.split('.')[0]}.seq_1_to_30`,
  );
  const instance = await startInstanceProcess(server, account, { pinTimeoutMs: 20, stallTimeoutMs: 2_000 });
  const witness = await callWitness(instance.port, account, table);
  return {
    async round(seed) {
      const random = randomOf(seed);
      const visits = Array.from({ length: VISITORS }, () => visit(instance.port, account, random, witness));
      const all = Promise.all(visits);
      const none = Symbol('they are still there');
      try {
        do await witness.check();
        while ((await Promise.race([all, Promise.resolve(none)])) === none);
      } catch (cause) {
        throw new Error(`live, seed ${seed}: ${String(cause)}`, { cause });
      }
    },
    remains: () => remainsOf(server, account, instance, witness),
    memory: () => instance.memory()?.own,
    async stop() {
      await witness.quit();
      await instance.stop();
    },
  };
}

async function visit(port: number, account: Account, random: Random, witness: Witness): Promise<void> {
  const packets = await openRaw(port);
  const parts = dialogueIn(account.schema);
  const commands = random.list(1, 5, () => (random.oneIn(200) ? localFile : random.pick(parts))).flat();
  const choices = {
    spoilsLogin: random.oneIn(4),
    beats: random.below(4),
    ends: random.oneIn(2),
    seed: random.below(2 ** 30),
  };
  try {
    const { salt } = readGreeting((await packets.next()).payload);
    const intro = {
      ...account,
      capabilities: usualCapabilities,
      collation: 45,
      plugin: 'mysql_native_password',
    } as const;
    const login = toPackets(handshakeResponse(intro, salt), 1);
    const own = randomOf(choices.seed);
    if (choices.spoilsLogin) say(packets, mutatePackets([login, ...commands], own), own);
    else {
      packets.socket.write(login);
      await packets.next();
      say(packets, mutatePackets(commands, own), own);
    }
    for (let beat = 0; beat < choices.beats; beat++) await Promise.race([witness.beat(), packets.closed]);
  } catch {
    // Sent away: that is the instance's right.
  }
  // Node does not close what it is to reset while it is ending it.
  if (choices.ends || packets.socket.readableEnded) packets.socket.destroy();
  else packets.socket.resetAndDestroy();
  await packets.closed;
}

function say({ socket }: PacketSocket, packets: readonly Buffer[], random: Random): void {
  const bytes = Buffer.concat(packets);
  if (random.oneIn(3)) for (const piece of pieces(bytes, random)) socket.write(piece);
  else socket.write(bytes);
}

async function remainsOf(
  server: TestServer,
  account: Account,
  instance: InstanceProcess,
  witness: Witness,
): Promise<Remains> {
  await until('only the witness is left', async () => (await instance.status()).sessions.length === 1);
  // What they left on the backend is cleared away with the next commands.
  await witness.check();
  const counted = await server.query("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'");
  return {
    pid: instance.pid,
    sessions: (await instance.status()).sessions.length,
    connections: await server.connectionsOf(account.user),
    statements: Number(counted[0]?.Value),
    descriptors: process.platform === 'linux' ? readdirSync(`/proc/${instance.pid}/fd`).length : 0,
  };
}
