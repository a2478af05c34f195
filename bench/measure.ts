// Running a statement again and again, for a bounded time and count, and what the times come to.
import { connectRaw, type RawClient } from '../test/support/raw-client.js';
import type { Account } from '../test/support/mariadb.js';

export interface Figures {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

export interface Load {
  readonly sql: string;
  readonly sessions: number;
  /** Each session stops after so many statements, or after so long (ms), whichever comes first. */
  readonly statements: number;
  readonly ms: number;
}

/** Times of one round of the load at a port. */
export interface Round {
  /** Of each statement, ms. */
  readonly times: readonly number[];
  /** Of the whole round, ms. */
  readonly elapsed: number;
}

/** Logs the sessions in, warms them up, and runs the load once. */
export async function runRound(port: number, account: Account, load: Load): Promise<Round> {
  const clients: RawClient[] = [];
  for (let i = 0; i < load.sessions; i++) clients.push(await connectRaw({ port, ...account }));
  for (const client of clients) await client.query(load.sql);
  const started = performance.now();
  const times = await Promise.all(clients.map((client) => repeat(client, load, started + load.ms)));
  const elapsed = performance.now() - started;
  for (const client of clients) await client.quit();
  return { times: times.flat(), elapsed };
}

async function repeat(client: RawClient, { sql, statements }: Load, deadline: number): Promise<number[]> {
  const times: number[] = [];
  let last = performance.now();
  while (times.length < statements && last < deadline) {
    await client.query(sql);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}

/** Puts rounds together. */
export function summarize(rounds: readonly Round[]): Figures {
  const times = rounds.flatMap((round) => round.times).sort((a, b) => a - b);
  const elapsed = rounds.reduce((sum, round) => sum + round.elapsed, 0);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: (times.length * 1000) / elapsed, p50: at(0.5), p95: at(0.95), count: times.length };
}

/** A line of the table; `base` is what the ratio is to. */
export function line(name: string, figures: Figures, base: Figures): string {
  const ratio = figures.perSecond / base.perSecond;
  return [
    `  ${name.padEnd(10)}`,
    `${figures.perSecond.toFixed(0).padStart(8)}/s`,
    `p50 ${figures.p50.toFixed(3).padStart(8)} ms`,
    `p95 ${figures.p95.toFixed(3).padStart(8)} ms`,
    `x ${ratio.toFixed(2)}`,
  ].join('  ');
}
