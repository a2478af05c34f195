// What is made of a fleet for systemd, launchd and the Task Scheduler: names as odd as systems permit come through whole.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installService, removeService } from '../../../src/supervisor/boot/boot.js';
import { launchdService } from '../../../src/supervisor/boot/launchd.js';
import type { BootSubject } from '../../../src/supervisor/boot/service.js';
import { systemdService } from '../../../src/supervisor/boot/systemd.js';
import { taskService } from '../../../src/supervisor/boot/task.js';
import { findProgram } from '../../support/programs.js';
import { unitWords, valueOf } from './unit-words.js';

const root = '/srv/our fleet, 100% $HOME "x" \\ é';
const subject: BootSubject = {
  ...{ root, id: 'abc123', pm2Home: '/var/lib/pm 2%', scope: 'machine', stopSeconds: 60 },
  command: [process.execPath, '/usr/lib/chronos fleet/main.js'],
  account: { name: 'fleet', home: '/home/fleet', uid: 1000 },
};
const agent: BootSubject = { ...subject, scope: 'account' };
const unit = systemdService(subject, '/home/fleet/.config');

describe('the systemd unit', () => {
  it('starts and stops the fleet in its folder, whatever that is called', () => {
    for (const [key, verb] of [
      ['ExecStart', 'up'],
      ['ExecStop', 'down'],
    ] as const) {
      expect(unitWords(valueOf(unit.text, key))).toEqual([...subject.command, '--fleet', root, verb]);
    }
    expect(unitWords(valueOf(unit.text, 'Environment'))).toEqual(['PM2_HOME=/var/lib/pm 2%']);
    expect(unit.text).toContain('\nUser=fleet\n');
  });

  it('counts a user who could not be started as no failure, which would end the others', () => {
    expect(unit.text).toContain('\nSuccessExitStatus=3\n');
    expect(unit.text).toContain('\nKillMode=process\n');
  });

  it("is the account's own where it is not the machine's", () => {
    const own = systemdService(agent, '/home/fleet/.config');
    expect(own.file).toBe('/home/fleet/.config/systemd/user/chronos-fleet-abc123.service');
    expect(own.text).not.toMatch(/User=|network-online|ProtectSystem/);
    expect(own.enable.join('\n')).toContain('systemctl --user enable --now chronos-fleet-abc123.service');
    expect(own.enable.join('\n')).toContain('loginctl enable-linger fleet');
  });

  it.skipIf(findProgram('systemd-analyze') === undefined)(
    'is one that systemd has nothing to say against',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'cf-unit-'));
      for (const each of [subject, agent]) {
        const file = join(folder, 'chronos-fleet-abc123.service');
        writeFileSync(
          file,
          systemdService({ ...each, account: { ...each.account, name: 'root' } }, folder).text,
        );
        const scope = each.scope === 'machine' ? [] : ['--user'];
        // Only what it says of this file: units of the machine have faults of their own.
        expect(
          complaints([...scope, 'verify', file]).filter((line) => line.includes('chronos-fleet')),
        ).toEqual([]);
      }
      rmSync(folder, { recursive: true });
    },
  );
});

describe('the launchd job', () => {
  it('leaves running what it has started, and is the account that owns the fleet', () => {
    const { file, text } = launchdService(subject);
    expect(file).toBe('/Library/LaunchDaemons/chronos-fleet.abc123.plist');
    expect(text).toContain(`<string>--fleet</string><string>${root}</string><string>up</string>`);
    expect(text).toContain('<key>AbandonProcessGroup</key><true/>');
    expect(text).toContain('<key>UserName</key><string>fleet</string>');
    expect(launchdService(agent).text).not.toContain('UserName');
    expect(launchdService({ ...subject, root: '/a<b&c' }).text).toContain('<string>/a&lt;b&amp;c</string>');
  });
});

describe('the Windows task', () => {
  it('runs without a log-on, and quotes what has spaces', () => {
    const { text, enable } = taskService({
      ...subject,
      ...{
        root: String.raw`C:\our fleet's` + '\\',
        command: [String.raw`C:\Program Files\node.exe`, 'main.js'],
      },
    });
    expect(text).toContain(String.raw`<Command>C:\Program Files\node.exe</Command>`);
    expect(text).toContain(String.raw`<Arguments>"main.js" "--fleet" "C:\our fleet's\\" "up"</Arguments>`);
    expect(text).toContain('<LogonType>S4U</LogonType>');
    expect(enable[0]).toContain(String.raw`-LiteralPath 'C:\our fleet''s\instances\.supervisor\startup.xml'`);
  });
});

describe('a service', () => {
  it('is written, and removed with what enabled it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cf-unit-'));
    const service = systemdService(agent, folder);
    expect(await removeService(service)).toBe(false);
    await installService(service);
    const [link = ''] = service.links;
    mkdirSync(dirname(link));
    symlinkSync(service.file, link);
    expect(await removeService(service)).toBe(true);
    expect([existsSync(service.file), existsSync(link)]).toEqual([false, false]);
    rmSync(folder, { recursive: true });
  });

  it('that cannot be written is told with its file', async () => {
    const service = { ...unit, file: '/dev/null/x.service' };
    await expect(installService(service)).rejects.toMatchObject({ code: 'STARTUP_IMPOSSIBLE' });
  });
});

/** All that it says: of what it does not know it warns, and does not fail. */
function complaints(args: readonly string[]): string[] {
  return spawnSync('systemd-analyze', args, { encoding: 'utf8' }).stderr.split('\n');
}
