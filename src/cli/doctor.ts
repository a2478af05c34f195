// chronos-fleet doctor: walks through a user's port the way a BI tool does, and says what to do where it stumbles.
import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import { findUser } from '../config/find-user.js';
import type { InstanceSettings } from '../config/types.js';
import type { Check, Diagnosis, Outcome } from '../doctor/report.js';
import type { Instruments, InstanceView } from '../doctor/subject.js';
import type { Context } from './context.js';

const adminWithinMs = 2_000;
const notWellExit = 1;

export function register(program: Command, context: Context): void {
  program
    .command('doctor')
    .description("walk through a user's port as a BI tool would; exit code 0 when all went well, 1 otherwise")
    .argument('[user]', 'name or :port; all users where it is left out')
    .action((word: string | undefined) => doctor(word, context));
}

async function doctor(word: string | undefined, context: Context): Promise<void> {
  const { users, file } = context.fleet();
  const chosen = word === undefined ? users : [findUser(users, word, context.shown(file))];
  if (chosen.length === 0) context.note('no users yet: chronos-fleet add <user>');
  const diagnoses: Diagnosis[] = [];
  for (const settings of chosen) {
    if (!context.json()) context.print(context.style('bold', `${settings.user} on port ${settings.port}`));
    const diagnosis = await examineOne(settings, context);
    diagnoses.push(diagnosis);
    if (!context.json()) context.print(summary(diagnosis, context));
  }
  if (context.json()) context.printJson({ ok: diagnoses.every(({ ok }) => ok), users: diagnoses });
  if (!diagnoses.every(({ ok }) => ok)) context.exitWith(notWellExit);
}

async function examineOne(settings: InstanceSettings, context: Context): Promise<Diagnosis> {
  const [{ examine }, view, instruments] = await Promise.all([
    import('../doctor/doctor.js'),
    viewOf(settings, context),
    realInstruments(),
  ]);
  const tell = (check: Check): void => {
    if (!context.json()) for (const line of checkLines(check, context)) context.print(line);
  };
  return examine(settings, view, instruments, tell);
}

async function viewOf(settings: InstanceSettings, context: Context): Promise<InstanceView> {
  const [{ readFleetStatus }, { fetchStatus }] = await Promise.all([
    import('../hub/fleet-status.js'),
    import('../observe/admin-client.js'),
  ]);
  const fleet = await readFleetStatus(context.root());
  const row = fleet.instances.find(({ user }) => user === settings.user);
  // An instance that does not answer is told by its row; the walk shows what its port does.
  const status = await fetchStatus(settings.admin, adminWithinMs).catch(() => null);
  return {
    state: row?.state ?? 'stopped',
    reason: row?.reason ?? 'nothing is known of it',
    pid: row?.pid ?? status?.pid ?? null,
    restarts: row?.restarts ?? null,
    pm2Runs: fleet.pm2.running,
    supervisorRuns: fleet.supervisor.running,
    status,
  };
}

async function realInstruments(): Promise<Instruments> {
  const [{ connect }, { readGreeting }, { portHolder }] = await Promise.all([
    import('../doctor/client.js'),
    import('../supervisor/greeting.js'),
    import('../supervisor/port-holder.js'),
  ]);
  return { connect, greeting: readGreeting, portHolder, outsideAddresses };
}

function outsideAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
}

const marks: Readonly<Record<Outcome, { sign: string; style: 'green' | 'yellow' | 'red' | 'dim' }>> = {
  ok: { sign: 'ok', style: 'green' },
  warning: { sign: 'look', style: 'yellow' },
  failed: { sign: 'FAIL', style: 'red' },
  skipped: { sign: '-', style: 'dim' },
};

const signWidth = 4;
const titleWidth = 24;
const statementWidth = 72;

function checkLines({ outcome, title, finding, statements, advice }: Check, context: Context): string[] {
  const { sign, style } = marks[outcome];
  const head = `  ${context.style(style, sign.padEnd(signWidth))} ${title.padEnd(titleWidth)} ${finding}`;
  const sent = statements.map(({ statement, came, ms, outcome: how }) => {
    const line = `         ${shorten(statement).padEnd(statementWidth)} ${String(ms).padStart(7)} ms  ${came}`;
    return context.style(how === 'failed' ? 'red' : 'dim', line);
  });
  const word = outcome === 'failed' || outcome === 'warning' ? context.style('yellow', 'do:') : 'hint:';
  return [head, ...sent, ...advice.map((line) => `         ${word} ${line}`)];
}

function shorten(statement: string): string {
  const line = statement.replaceAll(/\s+/g, ' ');
  return line.length <= statementWidth ? line : `${line.slice(0, statementWidth - 3)}...`;
}

function summary({ ok, checks, ms }: Diagnosis, context: Context): string {
  const failed = checks.filter(({ outcome }) => outcome === 'failed').map(({ title }) => title);
  const statements = checks.reduce((count, check) => count + check.statements.length, 0);
  const figures = `${checks.length} checks, ${statements} statements, ${(ms / 1000).toFixed(1)} s`;
  return ok
    ? `  ${context.style('green', 'all well')}: ${figures}\n`
    : `  ${context.style('red', 'not well')}: ${failed.join(', ')} (${figures})\n`;
}
