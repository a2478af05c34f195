// How commands show things: tables, quantities, times, exit codes.
import { describe, expect, it } from 'vitest';
import { parseSince } from '../../src/cli/log-command.js';
import { shortDuration, shortNumber, shortSize } from '../../src/cli/quantities.js';
import { exitCodeOf } from '../../src/cli/status.js';
import { tableLines } from '../../src/cli/table.js';
import { byLoad } from '../../src/cli/top.js';
import type { InstanceRow } from '../../src/hub/instance-row.js';
import { demoFleet, runCli } from './run-cli.js';

describe('a table', () => {
  const columns = [
    { title: 'USER', cell: ({ user }: { user: string }) => user },
    { title: 'PORT', cell: ({ port }: { port: number }) => String(port), align: 'right' as const },
    { title: 'WHY', cell: ({ why }: { why: string }) => why },
  ];
  const rows = [
    { user: 'a', port: 3307, why: '' },
    { user: 'longer', port: 33070, why: 'because' },
  ];

  it('has columns as wide as their widest cell', () => {
    expect(tableLines(columns, rows)).toEqual([
      'USER     PORT  WHY',
      'a        3307',
      'longer  33070  because',
    ]);
  });

  it('is no wider than the terminal', () => {
    expect(tableLines(columns, rows, 18)[2]).toBe('longer  33070  be…');
  });
});

describe('quantities', () => {
  it.each([
    [850, '850ms'],
    [12_400, '12s'],
    [100_000, '100s'],
    [120_000, '2m'],
    [7_300_000, '2h'],
    [3 * 86_400_000, '3d'],
  ])('%d ms are shown as %s', (ms, text) => {
    expect(shortDuration(ms)).toBe(text);
  });

  it('are short', () => {
    expect([shortSize(54 * 1024 * 1024), shortNumber(1.234), shortNumber(0), shortNumber(123.4)]).toEqual([
      ...['54MB', '1.2', '0', '123'],
    ]);
  });
});

describe('--since', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');

  it.each([
    ['30s', 30_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('takes %s', (text, ago) => {
    expect(now - parseSince(text, now)).toBe(ago);
  });

  it('takes a date and time', () => {
    expect(parseSince('2026-01-01T00:00:00Z', now)).toBe(now - 86_400_000);
  });

  it('refuses what is no time, and says what is', () => {
    expect(() => parseSince('yesterday', now)).toThrow(/'yesterday' is no time; give 30s/);
  });
});

describe('the exit code of status', () => {
  const row = (state: InstanceRow['state'], pid: number | null): InstanceRow =>
    ({ state, pid }) as unknown as InstanceRow;

  it('is 0 where all are ready, 3 where not all are, 4 where nobody answers', () => {
    expect(exitCodeOf([row('ready', 1), row('ready', 2)])).toBe(0);
    expect(exitCodeOf([row('ready', 1), row('stopped', null)])).toBe(3);
    expect(exitCodeOf([row('degraded', 1)])).toBe(3);
    expect(exitCodeOf([row('stopped', null), row('blocked', null)])).toBe(4);
    expect(exitCodeOf([])).toBe(0);
  });
});

describe('top', () => {
  const row = (user: string, queued: number | null, runningForMs: number | null, queriesPerSecond: number) =>
    ({ user, queued, runningForMs, queriesPerSecond }) as unknown as InstanceRow;

  it('has those first for whom others wait, then who runs something, then the most queries', () => {
    const rows = [
      row('idle', 0, null, 0),
      row('many', 0, null, 9),
      row('runs', 0, 5, 1),
      row('waits', 3, 5, 1),
    ];
    expect(rows.sort(byLoad).map(({ user }) => user)).toEqual(['waits', 'runs', 'many', 'idle']);
  });

  it('is plain and once without a terminal', async () => {
    const cwd = await demoFleet();
    const { stdout } = await runCli(['top'], { cwd });
    expect(stdout).toMatch(/^no users yet: .*\n$/);
  });

  it('is drawn on a screen of its own until q is typed', async () => {
    const cwd = await demoFleet();
    const { code, stdout } = await runCli(['top'], { cwd, terminal: true, stdin: 'q' });
    expect(code).toBe(0);
    expect([stdout.startsWith('\u001b[?1049h'), stdout.endsWith('\u001b[?25h')]).toEqual([true, true]);
  });
});
