// What a soak prints: progress, a table at the end, and for a failure what went before it.
import { stripVTControlCharacters } from 'node:util';
import type { Failure, Journal } from './journal.js';
import type { Sample, SoakResult } from './soak.js';

/** One line on how it goes. */
export function progressLine(
  seconds: number,
  operations: number,
  journal: Journal,
  samples: readonly Sample[],
): string {
  const sample = samples.at(-1);
  const processes = [...(sample?.processes.values() ?? [])];
  const sum = (of: (p: (typeof processes)[number]) => number): number =>
    processes.reduce((total, each) => total + of(each), 0);
  const faults = journal.names('fault ').reduce((total, name) => total + journal.total(`fault ${name}`), 0);
  return (
    `${seconds.toFixed(0).padStart(5)} s  ${operations} operations  ${faults} faults  ` +
    `${journal.total('drops')} drops allowed  2013: ${journal.total('error 2013')}  1213: ${journal.total('error 1213')}  ` +
    `${sum((p) => p.sessions)} sessions  ${Math.max(0, ...processes.map((p) => p.rss)).toFixed(0)} MB at most  ` +
    `${sum((p) => p.descriptors)} descriptors  ${sample?.server?.preparedStatements ?? '-'} statements`
  );
}

/** The table at the end. */
export function report(result: SoakResult): string {
  const { journal, startedAt, pace } = result;
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
  const counts = (prefix: string): string =>
    journal
      .names(prefix)
      .map((name) => `${name} ${journal.total(prefix + name)}`)
      .sort()
      .join(', ');
  return [
    `${pace.operations} operations in ${minutes} minutes; it ended because ${pace.reason}`,
    '',
    table([titles, ...rowsOf(result)]),
    '',
    `operations: ${counts('did ')}`,
    `faults: ${counts('fault ')}`,
    `errors: ${counts('error ') || 'none'}`,
    `told of a loss without having anything to lose: ${journal.total('told needlessly')}`,
    ...serverLines(result),
    '',
    ...journal.failures.map(describeFailure),
    journal.failures.length === 0 ? 'nothing failed' : `${journal.failures.length} failures`,
  ].join('\n');
}

const titles = [
  ...['user', 'operations', 'sessions', 'drops', 'acknowledged', 'refused', 'in doubt'],
  ...['backend connections', 'at once', 'RSS MB first/most/last', 'descriptors first/most/last'],
];

function rowsOf({ stage, journal, baseline, samples, last }: SoakResult): string[][] {
  return stage.sites.map(({ user, ledger, relay }) => {
    const seen = samples.flatMap(({ processes }) => processes.get(user) ?? []);
    const course = (of: 'rss' | 'descriptors'): string =>
      [
        baseline.processes.get(user)?.[of] ?? 0,
        Math.max(...seen.map((sample) => sample[of])),
        last.processes.get(user)?.[of] ?? 0,
      ]
        .map((value) => value.toFixed(0))
        .join('/');
    return [
      user,
      ...['operations', 'connects', 'drops'].map((counter) => String(journal.total(counter, user))),
      ...(['acknowledged', 'refused', 'in doubt'] as const).map((fate) => String(ledger.count(fate))),
      ...[String(relay.total), String(relay.maxOpen), course('rss'), course('descriptors')],
    ];
  });
}

function serverLines({ baseline, samples, last }: SoakResult): readonly string[] {
  const course = (of: 'preparedStatements' | 'temporaryFiles'): string => {
    const seen = samples.flatMap(({ server }) => server?.[of] ?? []);
    return `${baseline.server[of]}/${Math.max(...seen)}/${last.server?.[of] ?? '-'}`;
  };
  return [
    `prepared statements on the server, first/most/last: ${course('preparedStatements')}`,
    `files of temporary tables, first/most/last: ${course('temporaryFiles')}`,
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A failure with what went before it. */
export function describeFailure({ at, user, what, before }: Failure): string {
  const time = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
  const events = before.map((entry) => `    ${time(entry.at)} ${entry.user}: ${entry.what}`);
  return stripVTControlCharacters([`${time(at)} ${user}: ${what}`, ...events, ''].join('\n'));
}
