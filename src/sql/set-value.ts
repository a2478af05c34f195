// The right side of an assignment in SET: a literal that can be sent again, DEFAULT, or something to be asked for.
import { isPlainString, plainLiteral, textOf } from './literals.js';
import type { Reading } from './reading.js';
import { Kind } from './token.js';
import type { Token } from './token.js';
import type { AssignedValue } from './types.js';

const expression: AssignedValue = { kind: 'expression' };

/** Words that are values of their own; other words mean their text (`ON`, `utf8mb4`, `SYSTEM`). */
const values: Readonly<Record<string, AssignedValue>> = {
  DEFAULT: { kind: 'default' },
  NULL: literal('NULL'),
  TRUE: literal('1'),
  FALSE: literal('0'),
};

/** Functions that are called without parentheses. */
const bareFunctions = new Set(
  `CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP SYSDATE UTC_DATE
  UTC_TIME UTC_TIMESTAMP`.split(/\s+/),
);

function literal(sql: string): AssignedValue {
  return { kind: 'literal', sql };
}

/** Moves to the comma or the end after a value; false where there is no value. */
export function skipValue(reading: Reading): boolean {
  const { tokens } = reading;
  const start = reading.at;
  let depth = 0;
  for (; reading.at < tokens.length; reading.at += 1) {
    const word = tokens[reading.at]?.word;
    if (word === '(') depth += 1;
    else if (word === ')') depth -= 1;
    else if (word === ',' && depth === 0) break;
  }
  return reading.at > start;
}

/** Moves past a value and returns what it is; null where there is none. */
export function assignedValue(reading: Reading): AssignedValue | null {
  const start = reading.at;
  if (!skipValue(reading)) return null;
  const first = reading.tokens[start];
  const count = reading.at - start;
  if (first === undefined) return null;
  if (count === 1) return valueOf(reading, first);
  const second = reading.tokens[start + 1];
  if (count === 2 && second?.kind === Kind.Number) return signed(reading, first.word, second);
  return expression;
}

function signed(reading: Reading, sign: string, number: Token): AssignedValue {
  const digits = textOf(reading.text, number, reading.mode);
  if (sign === '-') return literal(`-${digits}`);
  return sign === '+' ? literal(digits) : expression;
}

function valueOf(reading: Reading, token: Token): AssignedValue {
  if (token.kind === Kind.Number) return literal(textOf(reading.text, token, reading.mode));
  if (token.kind === Kind.Word) {
    const known = values[token.word];
    if (known !== undefined) return known;
    if (bareFunctions.has(token.word)) return expression;
  }
  const isText = token.kind === Kind.Word || token.kind === Kind.Name || isPlainString(reading.text, token);
  const sql = isText ? plainLiteral(textOf(reading.text, token, reading.mode)) : null;
  return sql === null ? expression : literal(sql);
}
