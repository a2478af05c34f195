// Calls: aggregates, window functions, those that the engine evaluates lazily itself, and scalar functions of ours.

import { columnType, familyOf, isNumeric, types, type ColumnType } from '../catalog/column-type.js';
import { quoteText } from '../catalog/catalog.js';
import { checkArity, functionNamed } from '../functions/index.js';
import { widest } from '../functions/number-functions.js';
import { mysqlError } from '../mysql-error.js';
import type { Call, Expr, OrderItem, Window } from '../sql/ast.js';
import { compareSql, sortable } from './compare.js';
import { addInterval, bind, type Place } from './expression.js';
import type { Bound } from './scope.js';

type Binder = (call: Call, args: readonly Bound[], place: Place) => Bound;

/** @throws MySqlError 1305 for a function that is not known, 1582 for a wrong number of arguments */
export function bindCall(call: Call, place: Place): Bound {
  const dated = bindDateArithmetic(call, place);
  if (dated !== null) return dated;
  const args = call.args.map((arg) => bind(arg, place));
  const own = Object.hasOwn(special, call.name) ? special[call.name] : undefined;
  if (own !== undefined) return own(call, args, place);
  return bindScalar(call.name, args, place);
}

/** DATE_ADD and its like, whose second argument is an interval. */
function bindDateArithmetic(call: Call, place: Place): Bound | null {
  const forward = ['DATE_ADD', 'ADDDATE'].includes(call.name);
  if (!forward && !['DATE_SUB', 'SUBDATE'].includes(call.name)) return null;
  const [date, second] = call.args;
  if (date === undefined || second === undefined || call.args.length > 2) {
    throw mysqlError('WRONG_PARAMETER_COUNT', { name: call.name });
  }
  const interval =
    second.kind === 'interval' ? second : ({ kind: 'interval', amount: second, unit: 'DAY' } as const);
  return addInterval(date, interval, forward ? '#ADD' : '#SUBTRACT', place);
}

function bindScalar(name: string, args: readonly Bound[], place: Place): Bound {
  const entry = functionNamed(name);
  if (entry === undefined)
    throw mysqlError('NO_SUCH_FUNCTION', { kind: 'FUNCTION', name: name.toLowerCase() });
  checkArity(name, entry, args.length);
  if (name === 'SLEEP') place.context.sleeps.push(args[0]?.sql ?? '0');
  const type = entry.type(args.map((arg) => arg.type));
  const sql = `${entry.engineName}(${args.map((arg) => arg.sql).join(', ')})`;
  const whole = type !== null && ['integer', 'year'].includes(familyOf(type));
  return { sql: whole ? `CAST(${sql} AS INTEGER)` : sql, type };
}

const list = (args: readonly Bound[]) => args.map((arg) => arg.sql).join(', ');
const typesOf = (args: readonly Bound[]) => args.map((arg) => arg.type);
const at = (args: readonly Bound[], i: number): Bound => args[i] ?? { sql: 'NULL', type: types.null };

const special: Readonly<Record<string, Binder>> = {
  COUNT: (call, args, place) => aggregate(call, countArgument(call, args), types.bigint, place),
  SUM: (call, args, place) => rounded(aggregate(call, args, sumType(at(args, 0).type), place)),
  AVG: (call, args, place) => aggregate(call, args, averageType(at(args, 0).type), place),
  MIN: (call, args, place) => aggregate(call, args, at(args, 0).type, place),
  MAX: (call, args, place) => aggregate(call, args, at(args, 0).type, place),
  ANY_VALUE: (_, args, place) => {
    place.context.sawAggregate = true;
    return at(args, 0);
  },
  GROUP_CONCAT: bindGroupConcat,
  STDDEV: (call, args, place) => variance(call, args, place, { sample: false, root: true }),
  STD: (call, args, place) => variance(call, args, place, { sample: false, root: true }),
  STDDEV_POP: (call, args, place) => variance(call, args, place, { sample: false, root: true }),
  STDDEV_SAMP: (call, args, place) => variance(call, args, place, { sample: true, root: true }),
  VARIANCE: (call, args, place) => variance(call, args, place, { sample: false, root: false }),
  VAR_POP: (call, args, place) => variance(call, args, place, { sample: false, root: false }),
  VAR_SAMP: (call, args, place) => variance(call, args, place, { sample: true, root: false }),
  ROW_NUMBER: (call, args, place) => windowed(call, args, types.bigint, place),
  RANK: (call, args, place) => windowed(call, args, types.bigint, place),
  DENSE_RANK: (call, args, place) => windowed(call, args, types.bigint, place),
  NTILE: (call, args, place) => windowed(call, args, types.bigint, place),
  PERCENT_RANK: (call, args, place) => windowed(call, args, types.double, place),
  CUME_DIST: (call, args, place) => windowed(call, args, types.double, place),
  LAG: (call, args, place) => windowed(call, args, at(args, 0).type, place),
  LEAD: (call, args, place) => windowed(call, args, at(args, 0).type, place),
  FIRST_VALUE: (call, args, place) => windowed(call, args, at(args, 0).type, place),
  LAST_VALUE: (call, args, place) => windowed(call, args, at(args, 0).type, place),
  NTH_VALUE: (call, args, place) => windowed(call, args, at(args, 0).type, place),
  IF: (_, args) => ({
    sql: `iif(${list(exactly(args, 3, 'IF'))})`,
    type: widest([at(args, 1).type, at(args, 2).type]),
  }),
  IFNULL: (_, args) => ({ sql: `ifnull(${list(exactly(args, 2, 'IFNULL'))})`, type: widest(typesOf(args)) }),
  COALESCE: (_, args) => ({
    sql: args.length === 1 ? at(args, 0).sql : `coalesce(${list(args)})`,
    type: widest(typesOf(args)),
  }),
  NULLIF: (_, args) => {
    const [a, b] = [at(exactly(args, 2, 'NULLIF'), 0), at(args, 1)];
    return { sql: `iif(${compareSql('=', a, b)}, NULL, ${a.sql})`, type: a.type };
  },
  ISNULL: (_, args) => ({ sql: `(${at(exactly(args, 1, 'ISNULL'), 0).sql} IS NULL)`, type: types.boolean }),
  ABS: (_, args) => {
    const { sql, type } = at(exactly(args, 1, 'ABS'), 0);
    return { sql: `abs(${sql})`, type: isNumeric(type) ? type : types.double };
  },
  ROUND: (call, args) => roundCall(call, args, '_round'),
  TRUNCATE: (call, args) => roundCall(call, args, '_truncate'),
  VALUES: (call, _, place) => insertedValue(call, place),
};

function exactly(args: readonly Bound[], count: number, name: string): readonly Bound[] {
  if (args.length !== count) throw mysqlError('WRONG_PARAMETER_COUNT', { name });
  return args;
}

function countArgument(call: Call, args: readonly Bound[]): readonly Bound[] {
  if (call.star) return [{ sql: '*', type: null }];
  if (args.length < 2) return args;
  // The engine counts distinct values of one expression only; a NULL in any makes the whole NULL, as it must.
  return [
    {
      sql: `(${args.map((arg) => `quote(${arg.sql}) || nullif(${arg.sql} IS NULL, 1)`).join(' || ')})`,
      type: null,
    },
  ];
}

function aggregate(call: Call, args: readonly Bound[], type: ColumnType | null, place: Place): Bound {
  if (call.over === null) place.context.sawAggregate = true;
  if (call.name !== 'COUNT') exactly(args, 1, call.name);
  const distinct = call.distinct ? 'DISTINCT ' : '';
  const value = list(args);
  return { sql: `${call.name}(${distinct}${value})${overSql(call.over, place)}`, type };
}

/** A sum of decimals without the noise of the engine's floating point. */
function rounded(sum: Bound): Bound {
  const exact = sum.type !== null && sum.type.base === 'decimal' && sum.type.scale > 0;
  return exact ? { ...sum, sql: `ROUND(${sum.sql}, ${sum.type.scale})` } : sum;
}

function sumType(type: ColumnType | null): ColumnType | null {
  if (type === null) return null;
  if (familyOf(type) === 'decimal') return types.decimal((type.length ?? 10) + 22, type.scale);
  return familyOf(type) === 'integer' || familyOf(type) === 'year' ? types.decimal(32, 0) : types.double;
}

function averageType(type: ColumnType | null): ColumnType | null {
  if (type === null) return null;
  if (familyOf(type) === 'decimal') return types.decimal((type.length ?? 10) + 4, type.scale + 4);
  return familyOf(type) === 'integer' || familyOf(type) === 'year' ? types.decimal(14, 4) : types.double;
}

function variance(
  call: Call,
  args: readonly Bound[],
  place: Place,
  { sample, root }: { sample: boolean; root: boolean },
): Bound {
  const [x] = exactly(args, 1, call.name).map((arg) => arg.sql);
  const over = overSql(call.over, place);
  if (call.over === null) place.context.sawAggregate = true;
  const [count, mean, square] = [`COUNT(${x})${over}`, `AVG(${x})${over}`, `AVG(1.0 * ${x} * ${x})${over}`];
  const population = `max(0.0, ${square} - ${mean} * ${mean})`;
  const value = sample ? `(${population} * ${count} / nullif(${count} - 1, 0))` : population;
  return { sql: root ? `sqrt(${value})` : value, type: types.double };
}

function bindGroupConcat(call: Call, args: readonly Bound[], place: Place): Bound {
  place.context.sawAggregate = true;
  const value = args.length === 1 ? at(args, 0).sql : args.map((arg) => `my__char(${arg.sql})`).join(' || ');
  const order = call.orderBy.length > 0 ? ` ORDER BY ${orderSql(call.orderBy, place)}` : '';
  const separator = call.separator ?? ',';
  const type = columnType('text');
  if (!call.distinct) return { sql: `group_concat(${value}, ${quoteText(separator)}${order})`, type };
  if (separator !== ',')
    throw mysqlError('NOT_SUPPORTED', { what: 'GROUP_CONCAT(DISTINCT ... SEPARATOR ...)' });
  return { sql: `group_concat(DISTINCT ${value}${order})`, type };
}

function windowed(call: Call, args: readonly Bound[], type: ColumnType | null, place: Place): Bound {
  if (call.over === null)
    throw mysqlError('NO_SUCH_FUNCTION', { kind: 'FUNCTION', name: call.name.toLowerCase() });
  return { sql: `${call.name}(${list(args)})${overSql(call.over, place)}`, type };
}

function overSql(window: Window | null, place: Place): string {
  if (window === null) return '';
  const partition = window.partitionBy.map((expr) => sortable(bind(expr, place)));
  const parts = [
    partition.length > 0 ? `PARTITION BY ${partition.join(', ')}` : '',
    window.orderBy.length > 0 ? `ORDER BY ${orderSql(window.orderBy, place)}` : '',
    window.frame,
  ];
  return ` OVER (${parts.filter((part) => part !== '').join(' ')})`;
}

export function orderSql(items: readonly OrderItem[], place: Place): string {
  return items
    .map(({ expr, descending }) => `${sortable(bind(expr, place))}${descending ? ' DESC' : ''}`)
    .join(', ');
}

function roundCall(call: Call, args: readonly Bound[], name: string): Bound {
  if (args.length < 1 || args.length > 2) throw mysqlError('WRONG_PARAMETER_COUNT', { name: call.name });
  const value = at(args, 0);
  const digits = args[1] === undefined ? 0 : literalDigits(call.args[1]);
  const sql = `my_${name}(${value.sql}, ${args[1]?.sql ?? '0'})`;
  if (value.type === null || !['integer', 'decimal'].includes(familyOf(value.type)))
    return { sql, type: types.double };
  const scale = Math.min(value.type.scale, digits ?? value.type.scale);
  if (scale > 0) return { sql, type: types.decimal(value.type.length ?? 10, scale) };
  const type = familyOf(value.type) === 'decimal' ? types.decimal(value.type.length ?? 10, 0) : types.bigint;
  return { sql: `CAST(${sql} AS INTEGER)`, type };
}

function literalDigits(expr: Expr | undefined): number | null {
  return expr?.kind === 'integer' ? Math.max(0, Number(expr.text)) : null;
}

/** VALUES(column) in ON DUPLICATE KEY UPDATE: what would have been inserted. */
function insertedValue(call: Call, place: Place): Bound {
  const [only] = call.args;
  const name = only?.kind === 'column' ? only.path.at(-1) : undefined;
  const found = name === undefined ? undefined : place.alias?.(`VALUES(${name.toLowerCase()})`);
  if (found === undefined) throw mysqlError('NO_SUCH_FUNCTION', { kind: 'FUNCTION', name: 'values' });
  return found;
}
