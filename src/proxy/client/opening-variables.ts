// The question with which MariaDB Connector/J opens a session, answered here while the backend is busy: the driver gives a
// connection up whose answer takes half a second.

import type { ConnectionState } from '../../session/connection-state.js';
import type { ServerFacts, Session } from '../../session/session.js';
import { bytesPerLetter, resultsCollation } from '../../session/results-collation.js';
import { unquoted } from '../../session/variables.js';
import { askedVariables } from '../../sql/asked-variables.js';
import { Collation, ColumnFlag, Command, FieldType } from '../../wire/constants.js';
import { column, textResultSet, type ColumnDefinition } from '../../wire/result-set.js';
import type { ClientCommand } from '../command/command.js';

/** What nothing but a statement of the session itself can have changed since its login. */
const types = new Map([
  ['auto_increment_increment', 'number'],
  ['max_allowed_packet', 'number'],
  ['system_time_zone', 'text'],
  ['time_zone', 'text'],
]);

/** The character sets that drivers begin with. */
const usual = new Set(['latin1', 'utf8', 'utf8mb3', 'utf8mb4']);

interface Server {
  readonly facts: ServerFacts;
  readonly state: ConnectionState;
}

/**
 * The reply to a command that asks for such variables alone, in a session that was not on the backend yet; null for any
 * other. MySQL gives other types.
 */
export function openingVariablesReply(
  command: ClientCommand,
  session: Session,
  { facts, state }: Server,
): Buffer | null {
  if (command.code !== Command.QUERY || command.text === null || !facts.mariadb || session.hadTurn)
    return null;
  const names = askedVariables(command.text);
  if (names === null) return null;
  session.begin(facts);
  const columns: ColumnDefinition[] = [];
  const values: string[] = [];
  for (const name of names) {
    const variable = name.toLowerCase();
    const type = types.get(variable);
    const literal = session.wanted(variable, state);
    const value = type === 'text' ? unquoted(literal) : literal;
    const definition = type === 'text' ? textColumn(name, value, session, facts) : numberColumn(name, value);
    if (definition === null || type === undefined) return null;
    columns.push(definition);
    values.push(value);
  }
  return textResultSet(columns, [values], session.status, command.lastSequence + 1);
}

function numberColumn(name: string, value: string): ColumnDefinition | null {
  if (!/^\d+$/.test(value)) return null;
  return column(`@@${name}`, FieldType.LONGLONG, {
    collation: Collation.binary,
    length: 21,
    flags: ColumnFlag.UNSIGNED | ColumnFlag.BINARY,
  });
}

function textColumn(
  name: string,
  value: string,
  session: Session,
  facts: ServerFacts,
): ColumnDefinition | null {
  const { names, setAlone } = session;
  // Without escapes and beyond doubt the same in all those character sets.
  if (names === null || setAlone.size > 0 || !/^[\w+:/-]+$/.test(value)) return null;
  const results = resultsCollation(session, facts);
  if (results === null || !usual.has(results.charset)) return null;
  const length = value.length * bytesPerLetter(results.charset);
  return column(`@@${name}`, FieldType.VAR_STRING, { collation: results.number, length, decimals: 39 });
}
