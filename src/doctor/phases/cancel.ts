// Phase 7, cancelling: a statement is ended from a second connection, as every driver does it.

import { setTimeout as delay } from 'node:timers/promises';
import { ClientFailure, type Client, type Connect, type Target } from '../client.js';
import type { Finding, Recorder } from '../recorder.js';

const SLEEP_SECONDS = 3;
const INTERRUPTED = 1317;
/** By then the statement has reached the backend, or waits for it. */
const HEAD_START_MS = 300;

export async function cancelPhase(connect: Connect, target: Target, recorder: Recorder): Promise<Finding> {
  const victim = await recorder.record(
    'connect',
    () => connect(target),
    (client) => `connection ${client.connectionId}`,
  );
  try {
    const killer = await recorder.record(
      'second connection',
      () => connect(target),
      (client) => `connection ${client.connectionId}`,
    );
    try {
      return await killSleep(victim, killer, recorder);
    } finally {
      await killer.end();
    }
  } finally {
    await victim.end();
  }
}

async function killSleep(victim: Client, killer: Client, recorder: Recorder): Promise<Finding> {
  const from = Date.now();
  const kill = async () => {
    await delay(HEAD_START_MS);
    await recorder.query(killer, `KILL /*!50000 QUERY */ ${victim.connectionId}`);
  };
  const [how] = await Promise.all([sleepOutcome(victim, recorder), kill()]);
  const took = Date.now() - from;
  await recorder.query(victim, 'SELECT 1');
  if (took >= SLEEP_SECONDS * 1000) {
    return {
      outcome: 'warning',
      finding: `the statement ran to its end (${took} ms): the cancel did not reach it`,
      advice: ['Users will wait for what they cancelled; see "cancel" in config/fleet.example.yaml.'],
    };
  }
  return {
    outcome: 'ok',
    finding: `${how} after ${took} ms instead of ${SLEEP_SECONDS} s, and its session lives on`,
  };
}

/** MariaDB and MySQL 8 answer a cancelled SLEEP with an error, older servers with a row. */
async function sleepOutcome(victim: Client, recorder: Recorder): Promise<string> {
  const run = async () => {
    try {
      await victim.query(`SELECT SLEEP(${SLEEP_SECONDS})`);
      return 'it ended with a row';
    } catch (error) {
      if (error instanceof ClientFailure && error.errno === INTERRUPTED)
        return 'it was interrupted (error 1317)';
      throw error;
    }
  };
  return recorder.record(`SELECT SLEEP(${SLEEP_SECONDS})`, run, (how) => how);
}
