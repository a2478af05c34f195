// Before the walk: the process, the port, the backend behind it, and what may keep other machines out.

import { isLoopback } from '../config/addresses.js';
import type { InstanceSettings } from '../config/types.js';
import { plainCheck, type Check } from './report.js';
import { runCheck } from './recorder.js';
import { backendTarget, localAddress, type Instruments, type InstanceView } from './subject.js';

const GREETS_WITHIN_MS = 3_000;

/** Whether PM2 has the instance and how it is. */
export function checkInstance(settings: InstanceSettings, view: InstanceView): Check {
  const { user } = settings;
  const title = 'Instance and PM2';
  const process = view.pid === null ? 'no process' : `process ${view.pid}`;
  const restarts = view.restarts === null || view.restarts === 0 ? '' : `, restarted ${view.restarts} times`;
  const finding = `${view.state}: ${view.reason} (${process}${restarts})`;
  switch (view.state) {
    case 'ready':
    case 'starting':
    case 'draining':
      return plainCheck('instance', title, careOf(view).length > 0 ? 'warning' : 'ok', finding, careOf(view));
    case 'degraded':
      return plainCheck('instance', title, 'warning', finding, [
        `chronos-fleet logs ${user} --since 10m`,
        ...careOf(view),
      ]);
    case 'stopped':
      return plainCheck('instance', title, 'failed', finding, [`chronos-fleet up ${user}`]);
    case 'blocked':
    case 'crash-looping':
      return plainCheck('instance', title, 'failed', finding, [`chronos-fleet logs ${user} --since 10m`]);
  }
}

/** What works, but nobody looks after. */
function careOf({ pm2Runs, supervisorRuns }: InstanceView): string[] {
  const pm2 =
    pm2Runs === true
      ? []
      : ['PM2 does not answer, so nobody would start the instance again: chronos-fleet up'];
  return supervisorRuns || pm2.length > 0
    ? pm2
    : ['The supervisor does not run; instances work without it: chronos-fleet up'];
}

/** Whether the port is open, and ours. */
export async function checkPort(
  settings: InstanceSettings,
  view: InstanceView,
  instruments: Instruments,
): Promise<Check> {
  const { user, listen, port } = settings;
  const address = `${localAddress(listen)}:${port}`;
  const greeting = await instruments.greeting(localAddress(listen), port, GREETS_WITHIN_MS);
  const holder = await instruments.portHolder(port);
  const held = holder === undefined ? '' : ` by ${holder}`;
  const check = (outcome: 'ok' | 'failed', finding: string, ...advice: string[]) =>
    plainCheck('port', 'Port', outcome, finding, advice);
  switch (greeting) {
    case 'mysql':
      if (view.status !== null || view.pid !== null)
        return check('ok', `${address} is open and speaks MySQL`);
      return check(
        'failed',
        `${address} speaks MySQL, but it is not the instance: it is held${held}`,
        `Stop that program, or give the user another port: chronos-fleet set ${user} port=<N>`,
      );
    case 'other':
      return check(
        'failed',
        `${address} is held${held}, which is no MySQL`,
        `chronos-fleet set ${user} port=<N>`,
      );
    case 'silent':
      return check(
        'failed',
        `${address} is open${held === '' ? '' : `, held${held}`}, but says nothing`,
        `chronos-fleet restart ${user}`,
      );
    case 'closed':
      return check(
        'failed',
        `${address} is closed: nobody listens`,
        `chronos-fleet up ${user}`,
        ...reservedHint(),
      );
  }
}

function reservedHint(): string[] {
  if (process.platform !== 'win32') return [];
  return ['Windows may have reserved the port: netsh int ipv4 show excludedportrange protocol=tcp'];
}

/**
 * Whether the backend is there. It takes one connection, so it is asked directly only when the instance does not run;
 * otherwise the instance says how its own connection is.
 */
export async function checkBackend(
  settings: InstanceSettings,
  view: InstanceView,
  instruments: Instruments,
): Promise<Check> {
  const { host, port, user: account } = settings.backend;
  const where = `${host}:${port} as ${account}`;
  if (view.status !== null) return fromStatus(where, settings.user, view.status.backend);
  if (view.pid !== null || view.state !== 'stopped') {
    const finding = `not asked: the instance may hold the connection to ${where}`;
    return plainCheck('backend', 'Backend', 'skipped', finding);
  }
  return runCheck('backend', 'Backend', settings.user, async (recorder) => {
    const target = backendTarget(settings);
    const client = await recorder.record(
      `connect to ${where}`,
      () => instruments.connect(target),
      () => 'logged in',
    );
    try {
      await recorder.query(client, 'SELECT VERSION()');
    } finally {
      await client.end();
    }
    return {
      outcome: 'ok',
      finding: `${where} takes the login, asked directly while the instance is stopped`,
    };
  });
}

function fromStatus(
  where: string,
  user: string,
  backend: NonNullable<InstanceView['status']>['backend'],
): Check {
  const up = backend.filter(({ state }) => state === 'idle' || state === 'busy');
  if (up.length > 0) {
    const version = up[0]?.serverVersion ?? 'of an unknown version';
    return plainCheck(
      'backend',
      'Backend',
      'ok',
      `${where}: the instance is connected, the server is ${version}`,
    );
  }
  const why = backend.find(({ lastError }) => lastError !== undefined)?.lastError ?? 'no reason is known yet';
  return plainCheck('backend', 'Backend', 'failed', `${where}: the instance is not connected: ${why}`, [
    `Check backend.host, backend.port and the account in config/fleet.yaml; the instance goes on trying. chronos-fleet logs ${user}`,
  ]);
}

/** Whether other machines can come in. */
export async function checkReach(settings: InstanceSettings, instruments: Instruments): Promise<Check> {
  const { user, listen, port } = settings;
  const title = 'Other machines';
  if (isLoopback(listen)) {
    return plainCheck(
      'reach',
      title,
      'skipped',
      `the port is open to this machine only (listen: ${listen})`,
      [`For tools on other machines: chronos-fleet set ${user} listen=0.0.0.0${passwordToo(settings)}`],
    );
  }
  const addresses = instruments.outsideAddresses();
  const greetings = await Promise.all(
    addresses.map(async (address) => ({
      address,
      greeting: await instruments.greeting(address, port, GREETS_WITHIN_MS),
    })),
  );
  const open = greetings
    .filter(({ greeting }) => greeting === 'mysql')
    .map(({ address }) => `${address}:${port}`);
  if (open.length === 0) {
    return plainCheck(
      'reach',
      title,
      'warning',
      `none of this machine's addresses answers on port ${port}`,
      firewallHint(port),
    );
  }
  return plainCheck(
    'reach',
    title,
    'ok',
    `open from here at ${open.join(', ')}; where others cannot connect, look at the firewall`,
    firewallHint(port),
  );
}

/** Without a password nobody may be let in from elsewhere. */
function passwordToo({ client }: InstanceSettings): string {
  return client.password === '' ? ' client.password= client.password_file=<file with one>' : '';
}

function firewallHint(port: number): string[] {
  if (process.platform === 'win32') {
    return [
      `netsh advfirewall firewall add rule name="Chronos Fleet ${port}" dir=in action=allow protocol=TCP localport=${port}`,
    ];
  }
  if (process.platform === 'darwin')
    return ['System Settings, Network, Firewall: allow incoming connections for node'];
  return [`Firewall: ufw allow ${port}/tcp, or firewall-cmd --add-port=${port}/tcp`];
}
