// PREPARE, EXECUTE and DEALLOCATE PREPARE as statements.

import type { Value } from '../engine/engine.js';
import { mysqlError } from '../mysql-error.js';
import { tokenMode, type Session } from '../session/session.js';
import type { Expr, Statement } from '../sql/ast.js';
import { parseStatement, splitStatements, type StatementSource } from '../sql/parse-statement.js';
import { done, type Outcome } from './outcome.js';

export function prepareText(session: Session, name: string, value: Value): Outcome {
  const text = typeof value === 'string' ? value : String(value ?? '');
  const [source, second] = splitStatements(Buffer.from(text, 'utf8'), tokenMode(session));
  session.preparedTexts.delete(name.toLowerCase());
  if (source === undefined) throw mysqlError('EMPTY_QUERY', {});
  if (second !== undefined) throw mysqlError('PARSE', { near: text.slice(second.tokens[0]?.start), line: 1 });
  parseStatement(source);
  session.preparedTexts.set(name.toLowerCase(), source);
  return done();
}

/** What an EXECUTE runs. @throws MySqlError 1210, 1243 */
export function prepared(
  session: Session,
  { name, variables }: Extract<Statement, { kind: 'execute' }>,
): { source: StatementSource; values: Expr[] } {
  const source = session.preparedTexts.get(name.toLowerCase());
  if (source === undefined) throw mysqlError('UNKNOWN_STATEMENT', { name, command: 'EXECUTE' });
  if (source.parameters !== variables.length) throw mysqlError('WRONG_ARGUMENTS', { what: 'EXECUTE' });
  return { source, values: variables.map((variable) => literal(session, variable)) };
}

function literal(session: Session, variable: string): Expr {
  const value = session.userVariable(variable);
  if (value === null) return { kind: 'null' };
  if (typeof value === 'number')
    return { kind: Number.isInteger(value) ? 'integer' : 'double', text: String(value) };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  return typeof value === 'string' ? { kind: 'string', value } : { kind: 'bytes', value: Buffer.from(value) };
}

export function deallocate(session: Session, name: string): Outcome {
  if (session.preparedTexts.delete(name.toLowerCase())) return done();
  throw mysqlError('UNKNOWN_STATEMENT', { name, command: 'DEALLOCATE PREPARE' });
}
