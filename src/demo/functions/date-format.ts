// DATE_FORMAT and STR_TO_DATE.
// https://dev.mysql.com/doc/refman/8.0/en/date-and-time-functions.html#function_date-format

import { clockText, dayOfYear, readMoment, weekday, yearWeek, type Moment } from './temporal.js';

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const pad = (value: number, digits = 2) => String(value).padStart(digits, '0');
const hour12 = (moment: Moment) => ((moment.hour + 11) % 12) + 1;
const half = (moment: Moment) => (moment.hour < 12 ? 'AM' : 'PM');

const specifiers: Readonly<Record<string, (moment: Moment) => string>> = {
  a: (m) => (dayNames[weekday(m)] ?? '').slice(0, 3),
  b: (m) => (monthNames[m.month - 1] ?? '').slice(0, 3),
  c: (m) => String(m.month),
  D: (m) => `${m.day}${ordinal(m.day)}`,
  d: (m) => pad(m.day),
  e: (m) => String(m.day),
  f: (m) => pad(m.micros, 6),
  H: (m) => pad(m.hour),
  h: (m) => pad(hour12(m)),
  I: (m) => pad(hour12(m)),
  i: (m) => pad(m.minute),
  j: (m) => pad(dayOfYear(m), 3),
  k: (m) => String(m.hour),
  l: (m) => String(hour12(m)),
  M: (m) => monthNames[m.month - 1] ?? '',
  m: (m) => pad(m.month),
  p: half,
  r: (m) => `${pad(hour12(m))}:${pad(m.minute)}:${pad(m.second)} ${half(m)}`,
  S: (m) => pad(m.second),
  s: (m) => pad(m.second),
  T: (m) => clockText(m),
  U: (m) => pad(yearWeek(m, 0, false).week),
  u: (m) => pad(yearWeek(m, 1, false).week),
  V: (m) => pad(yearWeek(m, 2, true).week),
  v: (m) => pad(yearWeek(m, 3, true).week),
  W: (m) => dayNames[weekday(m)] ?? '',
  w: (m) => String(weekday(m)),
  X: (m) => pad(yearWeek(m, 2, true).year, 4),
  x: (m) => pad(yearWeek(m, 3, true).year, 4),
  Y: (m) => pad(m.year, 4),
  y: (m) => pad(m.year % 100),
};

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

export function formatMoment(moment: Moment, format: string): string {
  return format.replace(/%(.)/gs, (_, char: string) => specifiers[char]?.(moment) ?? char);
}

const patterns: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{1,2})',
  c: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  e: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  k: '(?<H>\\d{1,2})',
  h: '(?<h>\\d{1,2})',
  I: '(?<h>\\d{1,2})',
  l: '(?<h>\\d{1,2})',
  i: '(?<i>\\d{1,2})',
  s: '(?<s>\\d{1,2})',
  S: '(?<s>\\d{1,2})',
  f: '(?<f>\\d{1,6})',
  p: '(?<p>[AaPp][Mm])',
  M: '(?<M>[A-Za-z]+)',
  b: '(?<M>[A-Za-z]{3})',
  W: '[A-Za-z]+',
  a: '[A-Za-z]{3}',
  T: '(?<H>\\d{1,2}):(?<i>\\d{1,2}):(?<s>\\d{1,2})',
};

/** The moment that `source` says in the form of `format`, or null where it does not. */
export function parseMoment(source: string, format: string): { moment: Moment; hasDate: boolean } | null {
  const pattern = format
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%(.)/gs, (_, char: string) => patterns[char] ?? char)
    .replaceAll(/\s+/g, '\\s*');
  const groups = new RegExp(`^\\s*${pattern}`).exec(source)?.groups;
  if (!groups) return null;
  const hasDate = 'd' in groups || 'm' in groups || 'Y' in groups || 'y' in groups || 'M' in groups;
  const text = momentText(groups, hasDate);
  const moment = readMoment(text);
  return moment ? { moment: { ...moment, timed: 'H' in groups || 'h' in groups }, hasDate } : null;
}

function momentText(groups: Readonly<Record<string, string | undefined>>, hasDate: boolean): string {
  const short = Number(groups.y ?? 0);
  const year =
    groups.Y ?? (groups.y === undefined ? '2000' : String(short < 70 ? 2000 + short : 1900 + short));
  const named = monthNames.findIndex(
    (name) => name.slice(0, 3).toLowerCase() === groups.M?.slice(0, 3).toLowerCase(),
  );
  const month = groups.m ?? (groups.M === undefined ? '1' : String(named + 1));
  const date = hasDate ? `${year}-${month}-${groups.d ?? '1'}` : '2000-01-01';
  const afternoon = groups.p?.toUpperCase() === 'PM' ? 12 : 0;
  const hour = groups.h === undefined ? Number(groups.H ?? 0) : (Number(groups.h) % 12) + afternoon;
  return `${date} ${hour}:${groups.i ?? '0'}:${groups.s ?? '0'}.${groups.f ?? '0'}`;
}
