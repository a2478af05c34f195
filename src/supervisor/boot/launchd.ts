// The launchd job of a fleet on macOS: `up` when the machine starts, or when the account logs in.
import { join } from 'node:path';
import { argumentsOf, xmlText } from './service.js';
import type { BootService, BootSubject } from './service.js';

/** The job: a daemon of the machine, or an agent of the account. */
export function launchdService(subject: BootSubject): BootService {
  const { scope, account } = subject;
  const isMachines = scope === 'machine';
  const label = labelOf(subject);
  const folder = isMachines ? '/Library/LaunchDaemons' : join(account.home, 'Library', 'LaunchAgents');
  const file = join(folder, `${label}.plist`);
  const domain = isMachines ? 'system' : `gui/${account.uid}`;
  const control = isMachines ? 'sudo launchctl' : 'launchctl';
  return {
    kind: 'launchd',
    file,
    text: plistText(subject),
    links: [],
    enable: [`${control} bootstrap ${domain} '${file.replaceAll("'", String.raw`'\''`)}'`],
    forget: [`${control} bootout ${domain}/${label}`],
  };
}

function labelOf({ id }: BootSubject): string {
  return `chronos-fleet.${id}`;
}

function plistText(subject: BootSubject): string {
  const { root, pm2Home, account, scope } = subject;
  const log = join(root, 'instances', '.supervisor', 'startup.log');
  const entries: readonly (readonly [string, string])[] = [
    ['Label', text(labelOf(subject))],
    ['ProgramArguments', `<array>${argumentsOf(subject, 'up').map(text).join('')}</array>`],
    ['EnvironmentVariables', `<dict><key>PM2_HOME</key>${text(pm2Home)}</dict>`],
    ...(scope === 'machine' ? [['UserName', text(account.name)] as const] : []),
    ['RunAtLoad', '<true/>'],
    // What `up` has started stays when `up` has ended.
    ['AbandonProcessGroup', '<true/>'],
    // 077: launchd counts it in tens.
    ['Umask', '<integer>63</integer>'],
    ['StandardOutPath', text(log)],
    ['StandardErrorPath', text(log)],
  ];
  const lines = entries.map(([key, value]) => `  <key>${key}</key>${value}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
${lines.join('\n')}
</dict></plist>
`;
}

function text(value: string): string {
  return `<string>${xmlText(value)}</string>`;
}
