// GET DIAGNOSTICS taken apart: which items of which condition it puts into which user variables.
import { createLexer, nextToken } from './lexer.js';
import { Kind, type Token } from './token.js';
import type { SqlMode } from './types.js';

/** `@target = ITEM`: the variable as it is written, `@` and quotes included, and the item in upper case. */
export interface DiagnosticsItem {
  readonly target: Buffer;
  readonly item: string;
}

/** A GET DIAGNOSTICS statement. */
export interface GetDiagnostics {
  /** The number of the condition as it is written (a number, NULL, a string or user variable in ASCII); null for the statement's items. */
  readonly condition: Buffer | null;
  readonly items: readonly DiagnosticsItem[];
}

const conditionKinds: readonly Kind[] = [Kind.Number, Kind.String, Kind.UserVariable];

/**
 * Reads the one statement that is `text`; null where it is none, or not of the form that servers take outside of stored
 * programs.
 */
export function readGetDiagnostics(text: Buffer, mode: SqlMode): GetDiagnostics | null {
  const lexer = createLexer(text, mode);
  const next = (): Token | null => nextToken(lexer);
  const slice = ({ start, end }: Token): Buffer => text.subarray(start, end);
  if (next()?.word !== 'GET') return null;
  const first = next();
  if ((first?.word === 'CURRENT' ? next() : first)?.word !== 'DIAGNOSTICS') return null;
  let target = next();
  let condition: Buffer | null = null;
  if (target?.word === 'CONDITION') {
    const number = next();
    if (number === null || !(conditionKinds.includes(number.kind) || number.word === 'NULL')) return null;
    condition = slice(number);
    if (condition.some((byte) => byte > 0x7e)) return null;
    target = next();
  }
  const items: DiagnosticsItem[] = [];
  for (; target?.kind === Kind.UserVariable; target = next()) {
    if (next()?.word !== '=') return null;
    const item = next();
    if (item?.kind !== Kind.Word) return null;
    items.push({ target: slice(target), item: item.word });
    const separator = next();
    if (separator === null || separator.kind === Kind.Delimiter) return { condition, items };
    if (separator.word !== ',') return null;
  }
  return null;
}
