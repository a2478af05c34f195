// What tests give the doctor: real instruments with parts exchanged, views of an instance, clients that answer as told.
import { connect, type Answer, type Client } from '../../src/doctor/client.js';
import type { Check } from '../../src/doctor/report.js';
import type { Instruments, InstanceView } from '../../src/doctor/subject.js';
import type { InstanceStatus } from '../../src/observe/status.js';
import { readGreeting } from '../../src/supervisor/greeting.js';

export function instruments(parts: Partial<Instruments> = {}): Instruments {
  return {
    connect,
    greeting: readGreeting,
    portHolder: () => Promise.resolve(undefined),
    outsideAddresses: () => [],
    ...parts,
  };
}

export function runningView(status: InstanceStatus): InstanceView {
  const { state, reason, pid } = status;
  return { state, reason, pid, restarts: 0, pm2Runs: true, supervisorRuns: true, status };
}

export const stoppedView: InstanceView = {
  state: 'stopped',
  reason: 'it was not started',
  pid: null,
  restarts: null,
  pm2Runs: true,
  supervisorRuns: true,
  status: null,
};

export function outcomes(checks: readonly Check[]): Record<string, string> {
  return Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
}

export function checkOf(checks: readonly Check[], id: string): Check {
  const found = checks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}

/** A client whose answers come from `answerTo`; what it returns for a statement is one row. */
export function scriptedClient(
  connectionId: number,
  answerTo: (sql: string) => Promise<readonly (string | null)[]>,
): Client {
  const ask = async (sql: string): Promise<Answer> => ({
    columns: ['a'],
    rows: [await answerTo(sql)],
    affectedRows: 0,
  });
  return { connectionId, query: ask, execute: ask, end: () => Promise.resolve(), destroy: () => undefined };
}
