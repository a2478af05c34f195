// Comparisons: what MySQL converts before it compares.

import { familyOf, isNumeric, isText, types } from '../catalog/column-type.js';
import { quoteText } from '../catalog/catalog.js';
import { dateText, datetimeText, readMoment } from '../functions/temporal.js';
import type { Bound } from './scope.js';

const operators: Readonly<Record<string, string>> = { '!=': '<>', '<=>': 'IS' };

/** `left operator right`, with dates, numbers and texts brought to one kind. */
export function compareSql(operator: string, left: Bound, right: Bound): string {
  const [a, b] = alike(left, right);
  return `(${withCollation(a, b)} ${operators[operator] ?? operator} ${b.sql})`;
}

/** The two operands of a comparison as values of one kind. */
export function alike(left: Bound, right: Bound): [Bound, Bound] {
  if (isTemporal(left) || isTemporal(right)) return alikeTemporal(left, right);
  if (isNumeric(left.type) && isLooseText(right)) return [left, asNumber(right)];
  if (isNumeric(right.type) && isLooseText(left)) return [asNumber(left), right];
  return [left, right];
}

/** The left operand with the collation of the comparison. */
export function withCollation(left: Bound, right: Bound): string {
  if (left.binary === true || right.binary === true) return `${left.sql} COLLATE BINARY`;
  return isText(left.type) && isText(right.type) ? `${left.sql} COLLATE NOCASE` : left.sql;
}

/** An expression to sort or group by. */
export function sortable(bound: Bound): string {
  return isText(bound.type) && bound.binary !== true ? `${bound.sql} COLLATE NOCASE` : bound.sql;
}

function isTemporal(bound: Bound): boolean {
  return bound.type !== null && ['date', 'datetime'].includes(familyOf(bound.type));
}

/** A text that the engine would not convert by itself, since it is no column. */
function isLooseText(bound: Bound): boolean {
  return isText(bound.type) && bound.literal !== undefined;
}

function asNumber(bound: Bound): Bound {
  return { sql: `my__number(${bound.sql})`, type: types.double };
}

function alikeTemporal(left: Bound, right: Bound): [Bound, Bound] {
  const timed = needsTime(left) || needsTime(right);
  return [inForm(left, timed), inForm(right, timed)];
}

function needsTime(bound: Bound): boolean {
  if (bound.type !== null && familyOf(bound.type) === 'datetime') return true;
  const moment = bound.literal === undefined ? null : readMoment(bound.literal);
  return moment !== null && moment.hour + moment.minute + moment.second + moment.micros > 0;
}

/** A date or datetime in the form that both sides are compared in. */
function inForm(bound: Bound, timed: boolean): Bound {
  if (bound.literal !== undefined) {
    const moment = readMoment(bound.literal);
    if (moment === null) return bound;
    return { ...bound, sql: quoteText(timed ? datetimeText(moment) : dateText(moment)) };
  }
  const isDate = bound.type !== null && familyOf(bound.type) === 'date';
  return timed && isDate ? { ...bound, sql: `my__datetime(${bound.sql})` } : bound;
}
