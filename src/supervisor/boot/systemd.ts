// The systemd unit of a fleet: `up` when the machine starts, `down` when it stops.
import { join } from 'node:path';
import { argumentsOf, onOneLine } from './service.js';
import type { BootService, BootSubject } from './service.js';

/** The unit, of the machine or of the account; `configHome` is the account's folder for settings. */
export function systemdService(subject: BootSubject, configHome: string): BootService {
  const { id, scope, account } = subject;
  const isMachines = scope === 'machine';
  const name = `chronos-fleet-${id}.service`;
  const folder = isMachines ? '/etc/systemd/system' : join(configHome, 'systemd', 'user');
  const control = isMachines ? 'sudo systemctl' : 'systemctl --user';
  // An account's services end with its last login, unless they may linger.
  const linger = isMachines ? [] : [`loginctl enable-linger ${account.name}`];
  return {
    kind: 'systemd',
    file: join(folder, name),
    text: unitText(subject),
    links: [join(folder, `${targetOf(subject)}.wants`, name)],
    enable: [`${control} daemon-reload`, `${control} enable --now ${name}`, ...linger],
    forget: [`${control} daemon-reload`],
  };
}

function targetOf({ scope }: BootSubject): string {
  return scope === 'machine' ? 'multi-user.target' : 'default.target';
}

function unitText(subject: BootSubject): string {
  const { root, pm2Home, account, scope, stopSeconds } = subject;
  const isMachines = scope === 'machine';
  const lines = [
    '# Made by "chronos-fleet startup", which writes it anew; changes belong into "systemctl edit".',
    '[Unit]',
    `Description=Chronos Fleet in ${onOneLine(root).replaceAll('%', '%%')}`,
    // Users' services have no such target.
    ...(isMachines ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    ...(isMachines ? [`User=${account.name}`] : []),
    `Environment=${quoted(`PM2_HOME=${pm2Home}`)}`,
    `ExecStart=${commandLine(argumentsOf(subject, 'up'))}`,
    `ExecStop=${commandLine(argumentsOf(subject, 'down'))}`,
    '# 3: a user could not be started; the others run, and the supervisor tries again.',
    'SuccessExitStatus=3',
    "# `down` ends all that is the fleet's; PM2's daemon may have others to look after.",
    'KillMode=process',
    'TimeoutStartSec=300',
    '# Longer than the longest drain_timeout.',
    `TimeoutStopSec=${stopSeconds}`,
    'UMask=0077',
    ...hardening(isMachines),
    '',
    '[Install]',
    `WantedBy=${targetOf(subject)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** An account's own services may only give up privileges; the machine's may be shut in. Node compiles at run time, so memory is left alone. */
function hardening(isMachines: boolean): string[] {
  if (!isMachines) return ['NoNewPrivileges=yes'];
  return [
    'NoNewPrivileges=yes',
    'ProtectSystem=full',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
  ];
}

function commandLine(words: readonly string[]): string {
  // What begins with a dollar would be replaced by a variable.
  return words.map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ');
}

/** A word as a unit's values take it: in quotes, with escapes as in C, and `%` doubled. */
function quoted(word: string): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}
