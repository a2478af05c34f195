// Functions on dates and times.

import { columnType, types, type ColumnType } from '../catalog/column-type.js';
import { dayNames, formatMoment, monthNames, parseMoment } from './date-format.js';
import { number, text, type FunctionHost } from './host.js';
import {
  bigint,
  date,
  datetime,
  double,
  scalar,
  time,
  varchar,
  type FunctionTable,
  type TypeRule,
} from './registry.js';
import {
  addInterval,
  clockText,
  dateText,
  datetimeText,
  dayNumber,
  dayOfYear,
  daysInMonth,
  fromMillis,
  readMoment,
  readSeconds,
  secondsText,
  toMillis,
  weekday,
  yearWeek,
  type Moment,
} from './temporal.js';
import type { FunctionArgument, Result } from '../engine/engine.js';

type Of = (moment: Moment) => Result;

/** A function of one moment; NULL where the value is none. */
function part(type: ColumnType, of: Of) {
  return scalar(1, type, ([a]) => {
    const moment = readMoment(a);
    return moment === null ? null : of(moment);
  });
}

/** A function of a TIME. */
function clockPart(of: (seconds: number) => number) {
  return scalar(1, bigint, ([a]) => {
    const seconds = readSeconds(a);
    return seconds === null ? null : of(Math.abs(seconds));
  });
}

function localNow(host: FunctionHost): Moment {
  return fromMillis(host.now.getTime() + host.zoneMinutes * 60_000);
}

const scaled = (value: FunctionArgument | undefined) => (value === undefined ? 0 : number(value));

const addedType: TypeRule = ([base, , unit]) => {
  if (base?.base === 'date' && unit !== null) return base;
  return base?.base === 'datetime' || base?.base === 'timestamp' ? datetime : varchar;
};

function add(args: readonly FunctionArgument[], sign: 1 | -1): Result {
  const [value, amount, unit] = args;
  const moment = readMoment(value);
  if (moment === null) return null;
  const added = addInterval(moment, amount, text(unit), sign);
  if (added === null) return null;
  return added.timed ? datetimeText(added) : dateText(added);
}

function timestampDiff(unit: string, a: Moment, b: Moment): number {
  const seconds = (toMillis(b) - toMillis(a)) / 1000;
  const perUnit: Record<string, number> = {
    MICROSECOND: 1e-6,
    SECOND: 1,
    MINUTE: 60,
    HOUR: 3600,
    DAY: 86_400,
    WEEK: 604_800,
  };
  const length = perUnit[unit];
  if (length !== undefined) return Math.trunc(seconds / length);
  const [from, to, sign] = seconds < 0 ? [b, a, -1] : [a, b, 1];
  let months = (to.year - from.year) * 12 + to.month - from.month;
  const shifted = {
    ...from,
    year: to.year,
    month: to.month,
    day: Math.min(from.day, daysInMonth(to.year, to.month)),
  };
  if (toMillis(shifted) > toMillis(to)) months--;
  return sign * Math.trunc(months / (unit === 'YEAR' ? 12 : unit === 'QUARTER' ? 3 : 1));
}

function timeDiff(a: FunctionArgument | undefined, b: FunctionArgument | undefined): Result {
  const [first, second] = [readMoment(a), readMoment(b)];
  if (first && second) {
    const micros = (first.micros % 1000) - (second.micros % 1000);
    return secondsText((toMillis(first) - toMillis(second)) / 1000 + micros / 1e6);
  }
  const [x, y] = [readSeconds(a), readSeconds(b)];
  return first || second || x === null || y === null ? null : secondsText(x - y);
}

function addTime(
  value: FunctionArgument | undefined,
  by: FunctionArgument | undefined,
  sign: 1 | -1,
): Result {
  const seconds = readSeconds(by);
  if (seconds === null) return null;
  const moment = readMoment(value);
  if (moment) return datetimeText(fromMillis(toMillis(moment) + sign * seconds * 1000));
  const base = readSeconds(value);
  return base === null ? null : secondsText(base + sign * seconds);
}

const extractors: Readonly<Record<string, Of>> = {
  MICROSECOND: (m) => m.micros,
  SECOND: (m) => m.second,
  MINUTE: (m) => m.minute,
  HOUR: (m) => m.hour,
  DAY: (m) => m.day,
  WEEK: (m) => yearWeek(m, 0, false).week,
  MONTH: (m) => m.month,
  QUARTER: (m) => Math.ceil(m.month / 3),
  YEAR: (m) => m.year,
  YEAR_MONTH: (m) => m.year * 100 + m.month,
  DAY_HOUR: (m) => m.day * 100 + m.hour,
  HOUR_MINUTE: (m) => m.hour * 100 + m.minute,
  MINUTE_SECOND: (m) => m.minute * 100 + m.second,
};

function extract(unit: string, value: FunctionArgument | undefined): Result {
  const moment = readMoment(value) ?? readMoment(`2000-01-01 ${text(value)}`);
  return moment === null ? null : (extractors[unit]?.(moment) ?? null);
}

function unixTime(value: FunctionArgument | undefined, host: FunctionHost): Result {
  if (value === undefined) return Math.floor(host.now.getTime() / 1000);
  const moment = readMoment(value);
  return moment === null ? 0 : Math.max(0, toMillis(moment) / 1000 - host.zoneMinutes * 60);
}

function fromUnixTime(value: number, host: FunctionHost): Moment {
  return fromMillis(value * 1000 + host.zoneMinutes * 60_000);
}

function convertZone(value: FunctionArgument | undefined, from: string, to: string): Result {
  const minutes = (zone: string) => {
    const found = /^([+-])(\d{1,2}):(\d{2})$/.exec(zone);
    if (!found) return zone.toUpperCase() === 'UTC' || zone === 'SYSTEM' ? 0 : null;
    return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
  };
  const [moment, a, b] = [readMoment(value), minutes(from), minutes(to)];
  return moment === null || a === null || b === null
    ? null
    : datetimeText(fromMillis(toMillis(moment) + (b - a) * 60_000));
}

function strToDate(value: string, format: string): Result {
  const parsed = parseMoment(value, format);
  if (parsed === null) return null;
  const { moment, hasDate } = parsed;
  if (!hasDate) return clockText(moment);
  return moment.timed ? datetimeText(moment) : dateText(moment);
}

export const dateFunctions: FunctionTable = {
  ADDTIME: scalar(2, varchar, ([a, b]) => addTime(a, b, 1)),
  CONVERT_TZ: scalar(3, datetime, ([a, from, to]) => convertZone(a, text(from), text(to))),
  CURDATE: scalar(0, date, (_, host) => dateText(localNow(host))),
  CURTIME: scalar([0, 1], time, ([scale], host) => clockText(localNow(host), scaled(scale))),
  DATE: part(date, dateText),
  DATEDIFF: scalar(2, bigint, ([a, b]) => {
    const [x, y] = [readMoment(a), readMoment(b)];
    return x === null || y === null ? null : dayNumber(x) - dayNumber(y);
  }),
  DATE_FORMAT: scalar(2, varchar, ([a, format]) => {
    const moment = readMoment(a);
    return moment === null ? null : formatMoment(moment, text(format));
  }),
  DAY: part(bigint, (m) => m.day),
  DAYNAME: part(varchar, (m) => dayNames[weekday(m)] ?? null),
  DAYOFWEEK: part(bigint, (m) => weekday(m) + 1),
  DAYOFYEAR: part(bigint, dayOfYear),
  EXTRACT: scalar(2, bigint, ([unit, a]) => extract(text(unit), a)),
  FROM_DAYS: scalar(1, date, ([n]) => dateText(fromMillis((number(n) - 719_528) * 86_400_000))),
  FROM_UNIXTIME: scalar(
    [1, 2],
    (args) => (args.length > 1 ? varchar : datetime),
    ([n, format], host) => {
      const moment = fromUnixTime(number(n), host);
      return format === undefined ? datetimeText(moment) : formatMoment(moment, text(format));
    },
  ),
  HOUR: clockPart((seconds) => Math.floor(seconds / 3600)),
  LAST_DAY: part(date, (m) => dateText({ ...m, day: daysInMonth(m.year, m.month) })),
  MAKEDATE: scalar(2, date, ([year, day]) =>
    number(day) < 1 ? null : dateText(fromMillis(Date.UTC(number(year), 0, number(day)))),
  ),
  MAKETIME: scalar(3, time, ([h, m, s]) => secondsText(number(h) * 3600 + number(m) * 60 + number(s))),
  MICROSECOND: part(bigint, (m) => m.micros),
  MINUTE: clockPart((seconds) => Math.floor(seconds / 60) % 60),
  MONTH: part(bigint, (m) => m.month),
  MONTHNAME: part(varchar, (m) => monthNames[m.month - 1] ?? null),
  NOW: scalar([0, 1], datetime, ([scale], host) => datetimeText(localNow(host), scaled(scale))),
  QUARTER: part(bigint, (m) => Math.ceil(m.month / 3)),
  SECOND: clockPart((seconds) => Math.floor(seconds) % 60),
  SEC_TO_TIME: scalar(1, time, ([n]) => secondsText(number(n))),
  STR_TO_DATE: scalar(2, datetime, ([a, format]) => strToDate(text(a), text(format))),
  SUBTIME: scalar(2, varchar, ([a, b]) => addTime(a, b, -1)),
  SYSDATE: scalar([0, 1], datetime, ([scale], host) =>
    datetimeText(fromMillis(Date.now() + host.zoneMinutes * 60_000), scaled(scale)),
  ),
  TIME: scalar(1, time, ([a]) => {
    const seconds = readSeconds(a);
    return seconds === null ? null : secondsText(seconds);
  }),
  TIMEDIFF: scalar(2, time, ([a, b]) => timeDiff(a, b)),
  TIMESTAMP: scalar([1, 2], datetime, ([a, b]) => {
    const moment = readMoment(a);
    if (moment === null) return null;
    return b === undefined ? datetimeText(moment) : addTime(datetimeText(moment), b, 1);
  }),
  TIMESTAMPADD: scalar(3, datetime, ([unit, n, a]) => add([a ?? null, n ?? null, unit ?? null], 1)),
  TIMESTAMPDIFF: scalar(3, bigint, ([unit, a, b]) => {
    const [x, y] = [readMoment(a), readMoment(b)];
    return x === null || y === null ? null : timestampDiff(text(unit), x, y);
  }),
  TIME_FORMAT: scalar(2, varchar, ([a, format]) => {
    const moment = readMoment(`2000-01-01 ${text(a)}`) ?? readMoment(a);
    return moment === null ? null : formatMoment(moment, text(format));
  }),
  TIME_TO_SEC: scalar(1, bigint, ([a]) => readSeconds(a)),
  TO_DAYS: part(bigint, dayNumber),
  UNIX_TIMESTAMP: scalar(
    [0, 1],
    ([type]) => (type?.scale ? double : bigint),
    ([a], host) => unixTime(a, host),
  ),
  UTC_DATE: scalar(0, date, (_, host) => dateText(fromMillis(host.now.getTime()))),
  UTC_TIME: scalar([0, 1], time, ([scale], host) => clockText(fromMillis(host.now.getTime()), scaled(scale))),
  UTC_TIMESTAMP: scalar([0, 1], datetime, ([scale], host) =>
    datetimeText(fromMillis(host.now.getTime()), scaled(scale)),
  ),
  WEEK: scalar([1, 2], bigint, ([a, mode]) => {
    const moment = readMoment(a);
    return moment === null ? null : yearWeek(moment, scaled(mode), false).week;
  }),
  WEEKDAY: part(bigint, (m) => (weekday(m) + 6) % 7),
  WEEKOFYEAR: part(bigint, (m) => yearWeek(m, 3, true).week),
  YEAR: part(columnType('year'), (m) => m.year),
  YEARWEEK: scalar([1, 2], bigint, ([a, mode]) => {
    const moment = readMoment(a);
    if (moment === null) return null;
    const { year, week } = yearWeek(moment, scaled(mode), true);
    return year * 100 + week;
  }),
  // The names that the translator gives to operators and casts.
  '#ADD': scalar(3, addedType, (args) => add(args, 1)),
  '#SUBTRACT': scalar(3, addedType, (args) => add(args, -1)),
  '#DATE': part(types.date, dateText),
  '#DATETIME': part(types.datetime, (m) => datetimeText(m)),
  '#TIME': scalar(1, time, ([a]) => {
    const seconds = readSeconds(a);
    return seconds === null ? null : secondsText(seconds);
  }),
};

export const dateAliases: Readonly<Record<string, string>> = {
  CURRENT_DATE: 'CURDATE',
  CURRENT_TIME: 'CURTIME',
  CURRENT_TIMESTAMP: 'NOW',
  DAYOFMONTH: 'DAY',
  LOCALTIME: 'NOW',
  LOCALTIMESTAMP: 'NOW',
};
