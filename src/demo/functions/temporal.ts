// Dates and times as MySQL reads, adds and prints them.

import { number, text } from './host.js';
import type { FunctionArgument } from '../engine/engine.js';

/** A moment without a zone. `micros` is 0..999999. */
export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** Whether a time of day was given. */
  readonly timed: boolean;
}

const dashed =
  /^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6})\d*)?)?)?)?\s*$/;
const packed = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$/;

/** The moment that a value says, or null where it is none (or no day of the calendar). */
export function readMoment(value: FunctionArgument | undefined): Moment | null {
  const source = text(value).trim();
  const found = dashed.exec(source) ?? packed.exec(source);
  if (!found) return null;
  const part = (i: number) => Number(found[i] ?? 0);
  const moment: Moment = {
    year: part(1),
    month: part(2),
    day: part(3),
    hour: part(4),
    minute: part(5),
    second: part(6),
    micros: Number((found[7] ?? '').padEnd(6, '0')),
    timed: found[4] !== undefined,
  };
  return isOnCalendar(moment) ? moment : null;
}

function isOnCalendar({ year, month, day, hour, minute, second }: Moment): boolean {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return false;
  return hour < 24 && minute < 60 && second < 60;
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Milliseconds since 1970 as if the moment were UTC, without its microseconds below the millisecond. */
export function toMillis(moment: Moment): number {
  const millis = Math.floor(moment.micros / 1000);
  const date = new Date(0);
  date.setUTCFullYear(moment.year, moment.month - 1, moment.day);
  date.setUTCHours(moment.hour, moment.minute, moment.second, millis);
  return date.getTime();
}

export function fromMillis(millis: number, micros = 0, timed = true): Moment {
  const date = new Date(millis);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micros: date.getUTCMilliseconds() * 1000 + (micros % 1000),
    timed,
  };
}

const two = (value: number) => String(value).padStart(2, '0');

export function dateText(moment: Moment): string {
  return `${String(moment.year).padStart(4, '0')}-${two(moment.month)}-${two(moment.day)}`;
}

/** @param scale digits of the second's fraction, 0..6 */
export function datetimeText(moment: Moment, scale = moment.micros > 0 ? 6 : 0): string {
  return `${dateText(moment)} ${clockText(moment, scale)}`;
}

export function clockText(moment: Moment, scale = 0): string {
  const clock = `${two(moment.hour)}:${two(moment.minute)}:${two(moment.second)}`;
  return scale > 0 ? `${clock}.${String(moment.micros).padStart(6, '0').slice(0, scale)}` : clock;
}

/** The seconds of a TIME such as `-12:34:56.5` (or of a moment's clock), or null. */
export function readSeconds(value: FunctionArgument | undefined): number | null {
  const source = text(value).trim();
  const moment = readMoment(source);
  if (moment) return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.micros / 1e6;
  const found = /^(-?)(?:(\d+) )?(\d{1,3}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?$/.exec(source);
  if (found) {
    const seconds =
      Number(found[2] ?? 0) * 86_400 +
      Number(found[3]) * 3600 +
      Number(found[4]) * 60 +
      Number(found[5] ?? 0);
    return found[1] === '-' ? -seconds : seconds;
  }
  if (!/^-?\d{1,7}(?:\.\d+)?$/.test(source)) return null;
  const digits = Math.abs(number(source));
  const seconds = Math.floor(digits / 10_000) * 3600 + (Math.floor(digits / 100) % 100) * 60 + (digits % 100);
  return source.startsWith('-') ? -seconds : seconds;
}

const MAX_TIME_SECONDS = 838 * 3600 + 59 * 60 + 59;

/** Seconds as a TIME, within MySQL's range of 838 hours either way. */
export function secondsText(seconds: number): string {
  const rounded = Math.round(Math.min(Math.abs(seconds), MAX_TIME_SECONDS) * 1e6) / 1e6;
  const whole = Math.floor(rounded);
  const fraction = Math.round((rounded - whole) * 1e6);
  const clock = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  const sign = seconds < 0 && rounded > 0 ? '-' : '';
  return sign + clock + (fraction > 0 ? `.${String(fraction).padStart(6, '0')}` : '');
}

const unitSeconds: Readonly<Record<string, number>> = {
  MICROSECOND: 1e-6,
  SECOND: 1,
  MINUTE: 60,
  HOUR: 3600,
  DAY: 86_400,
  WEEK: 604_800,
};
const unitMonths: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** The parts of units such as DAY_SECOND, the last one's first. */
const compound: Readonly<Record<string, readonly string[]>> = {
  SECOND_MICROSECOND: ['MICROSECOND', 'SECOND'],
  MINUTE_MICROSECOND: ['MICROSECOND', 'SECOND', 'MINUTE'],
  MINUTE_SECOND: ['SECOND', 'MINUTE'],
  HOUR_MICROSECOND: ['MICROSECOND', 'SECOND', 'MINUTE', 'HOUR'],
  HOUR_SECOND: ['SECOND', 'MINUTE', 'HOUR'],
  HOUR_MINUTE: ['MINUTE', 'HOUR'],
  DAY_MICROSECOND: ['MICROSECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY'],
  DAY_SECOND: ['SECOND', 'MINUTE', 'HOUR', 'DAY'],
  DAY_MINUTE: ['MINUTE', 'HOUR', 'DAY'],
  DAY_HOUR: ['HOUR', 'DAY'],
  YEAR_MONTH: ['MONTH', 'YEAR'],
};

export function isIntervalUnit(unit: string): boolean {
  return unit in unitSeconds || unit in unitMonths || unit in compound;
}

/** `amount` as months and seconds. */
function readInterval(
  amount: FunctionArgument | undefined,
  unit: string,
): { months: number; seconds: number } {
  const parts = compound[unit];
  const values = parts ? (text(amount).match(/\d+/g) ?? []).reverse().map(Number) : [number(amount)];
  const sign = parts && text(amount).trim().startsWith('-') ? -1 : 1;
  let months = 0;
  let seconds = 0;
  (parts ?? [unit]).forEach((part, i) => {
    const value = sign * (values[i] ?? 0);
    months += Math.round(value) * (unitMonths[part] ?? 0);
    seconds +=
      (part === 'SECOND' || part === 'MICROSECOND' ? value : Math.round(value)) * (unitSeconds[part] ?? 0);
  });
  return { months, seconds };
}

/** The moment `amount` units later; null beyond the years 0 to 9999. */
export function addInterval(
  moment: Moment,
  amount: FunctionArgument | undefined,
  unit: string,
  sign: 1 | -1,
): Moment | null {
  const { months, seconds } = readInterval(amount, unit);
  const totalMonths = moment.year * 12 + moment.month - 1 + sign * months;
  const year = Math.floor(totalMonths / 12);
  const month = (totalMonths % 12) + 1;
  if (year < 0 || year > 9999) return null;
  const day = Math.min(moment.day, daysInMonth(year, month));
  const micros = Math.round(seconds * 1e6) * sign + moment.micros;
  const base = toMillis({ ...moment, year, month, day, micros: 0 });
  const millis = base + Math.floor(micros / 1000);
  const added = fromMillis(
    millis,
    ((micros % 1000) + 1000) % 1000,
    moment.timed || Math.abs(seconds) % 86_400 !== 0,
  );
  return added.year >= 0 && added.year <= 9999 ? added : null;
}

/** Whole days since the year 0, as TO_DAYS counts. */
export function dayNumber(moment: Moment): number {
  return Math.floor(toMillis({ ...moment, hour: 0, minute: 0, second: 0, micros: 0 }) / 86_400_000) + 719_528;
}

/** 0 Sunday to 6 Saturday. */
export function weekday(moment: Moment): number {
  return (((dayNumber(moment) - 1) % 7) + 7) % 7;
}

export function dayOfYear(moment: Moment): number {
  return dayNumber(moment) - dayNumber({ ...moment, month: 1, day: 1 }) + 1;
}

/** Year and week in one of MySQL's eight modes. https://dev.mysql.com/doc/refman/8.0/en/date-and-time-functions.html#function_week */
export function yearWeek(moment: Moment, mode: number, keepsYear: boolean): { year: number; week: number } {
  const mondayFirst = (mode & 1) !== 0;
  const firstWeekday = (mode & 4) !== 0;
  const alwaysPositive = keepsYear || (mode & 2) !== 0;
  // MySQL turns the meaning of bit 4 round for weeks that begin on Monday.
  const wantsFullWeek = mondayFirst ? firstWeekday : !firstWeekday;
  const start = (year: number) => firstWeekStart(year, mondayFirst, wantsFullWeek);
  const day = dayNumber(moment);
  let { year } = moment;
  if (day < start(year)) {
    if (!alwaysPositive) return { year, week: 0 };
    year--;
  } else if (alwaysPositive && day >= start(year + 1)) year++;
  return { year, week: Math.floor((day - start(year)) / 7) + 1 };
}

function firstWeekStart(year: number, mondayFirst: boolean, wantsFullWeek: boolean): number {
  const newYear: Moment = { year, month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0, timed: false };
  const offset = mondayFirst ? (weekday(newYear) + 6) % 7 : weekday(newYear);
  const begins = dayNumber(newYear) - offset;
  const isFirst = wantsFullWeek ? offset === 0 : offset <= 3;
  return isFirst ? begins : begins + 7;
}

/** Minutes east of UTC of a zone such as `+02:00` or `SYSTEM`, at `when`; null where it is no such thing. */
export function zoneMinutes(zone: string, when: Date): number | null {
  if (zone.toUpperCase() === 'SYSTEM') return -when.getTimezoneOffset();
  if (zone.toUpperCase() === 'UTC') return 0;
  const found = /^([+-])(\d{1,2}):(\d{2})$/.exec(zone);
  if (!found) return null;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === '-' ? -minutes : minutes;
}
