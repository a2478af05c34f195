// Expressions: from what the parser read to SQL for the embedded engine, with its MySQL type.

import { columnType, isNumeric, types } from '../catalog/column-type.js';
import { quoteText } from '../catalog/catalog.js';
import { functionNamed } from '../functions/index.js';
import { widest } from '../functions/number-functions.js';
import { isIntervalUnit } from '../functions/temporal.js';
import { mysqlError } from '../mysql-error.js';
import type { Expr } from '../sql/ast.js';
import { bindArithmetic } from './arithmetic.js';
import { bindCall } from './call.js';
import { castTo } from './cast.js';
import { alike, compareSql, withCollation } from './compare.js';
import { bindQuery } from './query.js';
import { findColumn, type BindContext, type Bound, type Clause, type Scope } from './scope.js';

/** Where an expression stands. */
export interface Place {
  readonly context: BindContext;
  readonly scope: Scope;
  readonly clause: Clause;
  /** Names that mean something before any column is looked for: aliases of the select list, VALUES(column). */
  readonly alias?: (name: string) => Bound | undefined;
}

type Of<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

/** @throws MySqlError for unknown columns, functions and variables */
export function bind(expr: Expr, place: Place): Bound {
  switch (expr.kind) {
    case 'null':
      return { sql: 'NULL', type: types.null };
    case 'integer':
      return bindInteger(expr.text);
    case 'decimal':
      return bindDecimal(expr.text);
    case 'double':
      return { sql: expr.text, type: types.double };
    case 'boolean':
      return { sql: expr.value ? '1' : '0', type: types.boolean };
    case 'string':
      return bindText(expr.value);
    case 'bytes':
      return {
        sql: `X'${expr.value.toString('hex')}'`,
        type: columnType('varbinary', { length: expr.value.length }),
      };
    case 'temporal':
      return { sql: quoteText(expr.value), type: types[expr.type], literal: expr.value };
    case 'parameter':
      return bind(place.context.parameters[expr.index] ?? { kind: 'null' }, place);
    case 'default':
      throw mysqlError('NOT_SUPPORTED', { what: 'DEFAULT in an expression' });
    case 'column':
      return bindColumn(expr, place);
    case 'user-variable':
      return { sql: `my__get(${quoteText(expr.name)})`, type: place.context.userVariableType(expr.name) };
    case 'assignment':
      return bindAssignment(expr, place);
    case 'system-variable':
      return bindSystemVariable(expr, place);
    case 'unary':
      return bindUnary(expr, place);
    case 'binary':
      return bindBinary(expr, place);
    case 'interval':
      throw mysqlError('CANT_DO_THIS', { what: 'INTERVAL' });
    case 'in':
      return bindIn(expr, place);
    case 'between':
      return bindBetween(expr, place);
    case 'like':
      return bindLike(expr, place);
    case 'is':
      return bindIs(expr, place);
    case 'case':
      return bindCase(expr, place);
    case 'call':
      return bindCall(expr, place);
    case 'cast':
      return castTo(bind(expr.operand, place), expr.type);
    case 'collate':
      return { ...bind(expr.operand, place), binary: /_bin$|^binary$/i.test(expr.collation) };
    case 'exists':
      return {
        sql: `EXISTS (${bindQuery(expr.query, place.context, place.scope).sql})`,
        type: types.boolean,
      };
    case 'subquery':
      return bindScalarQuery(expr, place);
    case 'row':
      return { sql: `(${expr.items.map((item) => bind(item, place).sql).join(', ')})`, type: null };
  }
}

function bindInteger(text: string): Bound {
  const value = BigInt(text);
  if (value > 9_223_372_036_854_775_807n || value < -9_223_372_036_854_775_808n) {
    return { sql: `${text}.0`, type: types.decimal(text.length, 0), literal: text };
  }
  return { sql: text, type: columnType('bigint', { length: text.length }), literal: text };
}

function bindDecimal(text: string): Bound {
  const scale = text.length - text.indexOf('.') - 1;
  return { sql: text.endsWith('.') ? `${text}0` : text, type: types.decimal(text.length, scale) };
}

function bindText(value: string): Bound {
  return {
    sql: quoteText(value),
    type: columnType('varchar', { length: Array.from(value).length }),
    literal: value,
  };
}

function bindColumn(expr: Of<'column'>, place: Place): Bound {
  const [name] = expr.path;
  const alias = expr.path.length === 1 && name !== undefined ? place.alias?.(name) : undefined;
  return alias ?? findColumn(expr.path, place.scope, place.clause);
}

function bindAssignment(expr: Of<'assignment'>, place: Place): Bound {
  const value = bind(expr.value, place);
  return { sql: `my__set(${quoteText(expr.name)}, ${value.sql})`, type: value.type };
}

function bindSystemVariable(expr: Of<'system-variable'>, place: Place): Bound {
  const value = place.context.systemVariable(expr.name, expr.scope);
  if (value === null) return { sql: 'NULL', type: types.varchar };
  if (typeof value === 'string') return { sql: quoteText(value), type: types.varchar };
  return { sql: String(value), type: Number.isInteger(value) ? types.bigint : types.decimal(20, 6) };
}

function bindUnary(expr: Of<'unary'>, place: Place): Bound {
  const operand = bind(expr.operand, place);
  switch (expr.operator) {
    case '-':
      return { sql: `(- ${operand.sql})`, type: isNumeric(operand.type) ? operand.type : types.double };
    case '~':
      return { sql: `(~ ${operand.sql})`, type: types.bigint };
    case 'NOT':
      return { sql: `(NOT ${operand.sql})`, type: types.boolean };
    case 'BINARY':
      return { ...operand, binary: true };
  }
}

const comparisons = new Set(['=', '<=>', '>=', '>', '<=', '<', '<>', '!=']);

function bindBinary(expr: Of<'binary'>, place: Place): Bound {
  const interval = bindInterval(expr, place);
  if (interval !== null) return interval;
  const left = bind(expr.left, place);
  const right = bind(expr.right, place);
  if (comparisons.has(expr.operator))
    return { sql: compareSql(expr.operator, left, right), type: types.boolean };
  const pair = (operator: string) => `(${left.sql} ${operator} ${right.sql})`;
  switch (expr.operator) {
    case 'OR':
    case 'AND':
      return { sql: pair(expr.operator), type: types.boolean };
    case 'XOR':
      return { sql: `((NOT ${left.sql}) <> (NOT ${right.sql}))`, type: types.boolean };
    case 'REGEXP':
      return { sql: `my__regexp(${left.sql}, ${right.sql})`, type: types.boolean };
    case '|':
    case '&':
    case '<<':
    case '>>':
      return { sql: pair(expr.operator), type: types.bigint };
    case '^':
      return { sql: `CAST(my__xor(${left.sql}, ${right.sql}) AS INTEGER)`, type: types.bigint };
    default:
      return bindArithmetic(expr.operator, left, right);
  }
}

/** `date + INTERVAL n unit` and its like; null where neither side is an interval. */
function bindInterval(expr: Of<'binary'>, place: Place): Bound | null {
  const { left, right, operator } = expr;
  if (operator === '+' && left.kind === 'interval') return addInterval(right, left, '#ADD', place);
  if (right.kind !== 'interval' || (operator !== '+' && operator !== '-')) return null;
  return addInterval(left, right, operator === '+' ? '#ADD' : '#SUBTRACT', place);
}

/** A date moved by an interval. */
export function addInterval(
  date: Expr,
  interval: Of<'interval'>,
  name: '#ADD' | '#SUBTRACT',
  place: Place,
): Bound {
  if (!isIntervalUnit(interval.unit)) throw mysqlError('CANT_DO_THIS', { what: `the unit ${interval.unit}` });
  const base = bind(date, place);
  const amount = bind(interval.amount, place);
  const entry = functionNamed(name);
  // The rule keeps a date a date only where the unit has no time of day, which it reads off the third type.
  const days = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR', 'YEAR_MONTH'].includes(interval.unit);
  const type = entry?.type([base.type, amount.type, days ? types.date : null]) ?? null;
  const timed = base.type?.base === 'date' && !days ? types.datetime : type;
  return {
    sql: `${entry?.engineName ?? ''}(${base.sql}, ${amount.sql}, ${quoteText(interval.unit)})`,
    type: timed,
  };
}

function bindIn(expr: Of<'in'>, place: Place): Bound {
  const operand = bind(expr.operand, place);
  const not = expr.negated ? 'NOT ' : '';
  if ('body' in expr.among) {
    const query = bindQuery(expr.among, place.context, place.scope);
    return { sql: `(${operand.sql} ${not}IN (${query.sql}))`, type: types.boolean };
  }
  const pairs = expr.among.map((item) => alike(operand, bind(item, place)));
  const sides = new Set(pairs.map(([left, right]) => withCollation(left, right)));
  const [only, ...others] = sides;
  if (only !== undefined && others.length === 0) {
    return {
      sql: `(${only} ${not}IN (${pairs.map(([, item]) => item.sql).join(', ')}))`,
      type: types.boolean,
    };
  }
  const equals = pairs.map(([left, right]) => `(${withCollation(left, right)} = ${right.sql})`);
  return { sql: `(${not}(${equals.join(' OR ')}))`, type: types.boolean };
}

function bindBetween(expr: Of<'between'>, place: Place): Bound {
  const operand = bind(expr.operand, place);
  const low = compareSql('>=', operand, bind(expr.low, place));
  const high = compareSql('<=', operand, bind(expr.high, place));
  return { sql: `(${expr.negated ? 'NOT ' : ''}(${low} AND ${high}))`, type: types.boolean };
}

function bindLike(expr: Of<'like'>, place: Place): Bound {
  const parts = [expr.operand, expr.pattern, ...(expr.escape === null ? [] : [expr.escape])];
  const args = parts.map((part) => bind(part, place).sql).join(', ');
  return { sql: `(${expr.negated ? 'NOT ' : ''}my__like(${args}))`, type: types.boolean };
}

function bindIs(expr: Of<'is'>, place: Place): Bound {
  const not = expr.negated ? 'NOT ' : '';
  return { sql: `(${bind(expr.operand, place).sql} IS ${not}${expr.what})`, type: types.boolean };
}

function bindCase(expr: Of<'case'>, place: Place): Bound {
  const subject = expr.subject === null ? null : bind(expr.subject, place);
  const branches = expr.branches.map(({ when, then }) => {
    const condition = bind(when, place);
    return {
      when: subject === null ? condition.sql : compareSql('=', subject, condition),
      then: bind(then, place),
    };
  });
  const otherwise = expr.otherwise === null ? null : bind(expr.otherwise, place);
  const cases = branches.map(({ when, then }) => `WHEN ${when} THEN ${then.sql}`).join(' ');
  const type = widest([...branches.map(({ then }) => then.type), otherwise?.type ?? null]);
  return { sql: `(CASE ${cases} ELSE ${otherwise?.sql ?? 'NULL'} END)`, type };
}

function bindScalarQuery(expr: Of<'subquery'>, place: Place): Bound {
  const { sql, columns } = bindQuery(expr.query, place.context, place.scope);
  return { sql: `(${sql})`, type: columns[0]?.type ?? null };
}
