// SET NAMES and SET CHARACTER SET, spelled out as the variables that they assign.
import { isPlainString, plainLiteral, textOf } from './literals.js';
import { accept } from './reading.js';
import type { Reading } from './reading.js';
import { asksOfSchema } from './session-functions.js';
import { Kind } from './token.js';
import type { AssignedValue } from './types.js';

const expression: AssignedValue = { kind: 'expression' };

/** A character set or collation: a word or a string; null where none comes. DEFAULT is the server's, to be asked for. */
function charset(reading: Reading): AssignedValue | null {
  const token = reading.tokens[reading.at];
  if (token === undefined) return null;
  if (token.kind !== Kind.Word && token.kind !== Kind.Name && !isPlainString(reading.text, token))
    return null;
  reading.at += 1;
  if (token.word === 'DEFAULT') return expression;
  const sql = plainLiteral(textOf(reading.text, token, reading.mode).toLowerCase());
  return sql === null ? expression : { kind: 'literal', sql };
}

/** Reads what follows `SET NAMES`; false where it is not understood. */
export function readNames(reading: Reading): boolean {
  const value = charset(reading);
  if (value === null) return false;
  // Which collation is a character set's default is the server's matter.
  const collation = accept(reading, 'COLLATE') ? charset(reading) : expression;
  if (collation === null) return false;
  reading.draft.assigns.push(
    { name: 'character_set_client', value },
    { name: 'character_set_results', value },
    { name: 'character_set_connection', value },
    { name: 'collation_connection', value: collation },
  );
  return true;
}

/** Reads what follows `SET CHARACTER SET`; the connection's collation becomes the schema's. */
export function readCharacterSet(reading: Reading): boolean {
  const value = charset(reading);
  if (value === null) return false;
  asksOfSchema(reading.draft, 'collation');
  reading.draft.assigns.push(
    { name: 'character_set_client', value },
    { name: 'character_set_results', value },
    { name: 'collation_connection', value: expression },
  );
  return true;
}
