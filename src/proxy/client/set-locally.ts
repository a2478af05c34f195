// SET statements with which a driver begins a session, taken note of here while the backend is busy: a connection that comes
// to cancel what runs must not wait for it.

import type { ServerFacts, Session } from '../../session/session.js';
import { hasCollation, namesLiteral, unquoted, type Literal } from '../../session/variables.js';
import type { Statement } from '../../sql/types.js';
import { ServerStatus } from '../../wire/constants.js';
import { ifShort, type ClientCommand } from '../command/command.js';

/**
 * Sets what the command says in the session alone; the difference carries it to the backend in the session's next turn.
 * @returns whether it did: only for autocommit, also beside a mode that is in force anyway, and for character sets and
 * collations that the server is known to have
 */
export function setLocally({ effects, text }: ClientCommand, session: Session, facts: ServerFacts): boolean {
  const [only] = effects;
  if (only === undefined || effects.length > 1 || !setsVariablesOnly(only)) return false;
  const values = new Map(
    only.assigns.map(({ name, value }) => [name, value.kind === 'literal' ? value.sql : null]),
  );
  if (text !== null && addsModeInForce(text, session, facts)) values.delete('sql_mode');
  const apply = autocommit(values) ?? charsetVariable(values, facts) ?? names(values, facts);
  if (apply === null) return false;
  session.begin(facts);
  apply(session);
  return true;
}

function setsVariablesOnly(statement: Statement): boolean {
  const { verb, opaque, oneShot, assigns, userVariables } = statement;
  return (
    verb === 'SET' &&
    opaque === null &&
    !oneShot &&
    assigns.length > 0 &&
    userVariables.mentioned.length === 0
  );
}

/** MariaDB Connector/J opens so. It adds the mode that servers have anyway, which leaves `sql_mode` as it is. */
const addedMode = /^set autocommit=1, sql_mode ?= ?concat\(@@sql_mode, ?',(\w+)'\)$/i;

function addsModeInForce(text: Buffer, session: Session, facts: ServerFacts): boolean {
  const added = addedMode.exec(ifShort(text))?.[1];
  if (added === undefined || session.hadTurn) return false;
  const own = session.variables.get('sql_mode');
  return (own === undefined ? facts.sqlMode : unquoted(own)).split(',').includes(added);
}

type Values = ReadonlyMap<string, Literal | null>;
type Apply = (session: Session) => void;

function autocommit(values: Values): Apply | null {
  const text = unquotedOrBare(values.get('autocommit')).toUpperCase();
  const on = text === '1' || text === 'ON';
  if (values.size !== 1 || (!on && text !== '0' && text !== 'OFF')) return null;
  return (session) => {
    session.variables.set('autocommit', on ? "'ON'" : "'OFF'");
    session.status = on
      ? session.status | ServerStatus.AUTOCOMMIT
      : session.status & ~ServerStatus.AUTOCOMMIT;
  };
}

/** `SET collation_connection = ...` and its like, one variable at a time. */
function charsetVariable(values: Values, facts: ServerFacts): Apply | null {
  const [first, ...more] = values;
  const [variable, value] = first ?? [];
  if (variable === undefined || value == null || more.length > 0) return null;
  const carried = carriedFor(variable, value, facts);
  if (carried === null) return null;
  return (session) => {
    session.told(...carried);
    if (hasCollation(variable) && value !== 'NULL') session.setAlone.add(variable);
  };
}

type Shown = readonly [name: string, shown: string];

/** The variable that is to be carried, as the server would tell of it; its character set follows the collation. */
function carriedFor(variable: string, value: Literal, facts: ServerFacts): Shown | null {
  const text = unquotedOrBare(value);
  const collation = facts.defaultCollations.get(text);
  switch (variable) {
    case 'collation_connection':
    case 'collation_server':
      return isCollation(text, facts) ? [variable, text] : null;
    case 'character_set_server':
      return collation === undefined ? null : ['collation_server', collation];
    case 'character_set_results':
      if (value === 'NULL') return [variable, ''];
      return collation === undefined ? null : [variable, text];
    default:
      return null;
  }
}

function isCollation(name: string, { collations }: ServerFacts): boolean {
  return [...collations.values()].some(({ collation }) => collation === name);
}

function names(values: Values, facts: ServerFacts): Apply | null {
  const wanted = ['character_set_client', 'character_set_results', 'character_set_connection'].map((name) =>
    unquotedOrBare(values.get(name)),
  );
  const [client = ''] = wanted;
  if (values.size !== 4 || wanted.some((charset) => charset !== client)) return null;
  // Servers know `utf8` under a longer name.
  const charset = client === 'utf8' && facts.defaultCollations.has('utf8mb3') ? 'utf8mb3' : client;
  const told = values.get('collation_connection');
  const collation = told == null ? facts.defaultCollations.get(charset) : unquoted(told);
  const isKnown = [...facts.collations.values()].some(
    (fact) => fact.collation === collation && fact.charset === charset,
  );
  if (collation === undefined || !isKnown) return null;
  return (session) => {
    session.setNames(namesLiteral(charset, collation));
  };
}

function unquotedOrBare(literal: Literal | null | undefined): string {
  if (literal == null) return '';
  return literal.startsWith("'") ? unquoted(literal) : literal;
}
