// One statement of a session, from its text to its outcome.

import type { BindContext } from '../bind/scope.js';
import { bindQuery } from '../bind/query.js';
import { types } from '../catalog/column-type.js';
import { asMySqlError } from '../engine/engine-errors.js';
import { mysqlError } from '../mysql-error.js';
import type { Session } from '../session/session.js';
import { runDescribe, runShow } from '../show/show.js';
import type { Expr, Statement } from '../sql/ast.js';
import { parseStatement, type StatementSource } from '../sql/parse-statement.js';
import { bindContext, findTable, schemaOf } from './context.js';
import type { Database } from './database.js';
import { done, type Outcome } from './outcome.js';
import { refuseKill } from './kill.js';
import { runDelete, runUpdate } from './run-change.js';
import { runDefinition } from './run-definition.js';
import { runInsert } from './run-insert.js';
import { runQuery } from './run-query.js';
import { evaluate, runSet, setTransaction } from './run-set.js';
import { mentionsSleep, waitForSleeps } from './sleeps.js';
import { deallocate, prepared, prepareText } from './text-prepare.js';
import {
  begin,
  beginImplicitly,
  beginWriting,
  commit,
  rollback,
  savepoint,
  toSavepoint,
} from './transaction.js';

/**
 * @param parameters the values of its `?`
 * @throws MySqlError
 */
export async function execute(
  database: Database,
  session: Session,
  source: StatementSource,
  parameters: readonly Expr[] = [],
): Promise<Outcome> {
  session.now = new Date();
  database.statements++;
  try {
    const statement = parseStatement(source);
    if (!keepsWarnings(statement)) session.warnings = [];
    const outcome = await run(database, session, source, statement, parameters);
    session.rowCount = outcome.kind === 'rows' ? -1 : outcome.affectedRows;
    return outcome;
  } catch (error) {
    const refused = asMySqlError(error);
    session.warnings = [{ level: 'Error', errno: refused.errno, message: refused.message }];
    session.rowCount = -1;
    throw refused;
  }
}

/** What asks for the last warnings keeps them, and so does a SELECT without a table, as on a server. */
function keepsWarnings(statement: Statement): boolean {
  if (statement.kind === 'query') {
    const { body } = statement.query;
    return body.kind === 'select' && body.from === null;
  }
  return statement.kind === 'show' && /WARNINGS|ERRORS/.test(statement.what);
}

async function run(
  database: Database,
  session: Session,
  source: StatementSource,
  statement: Statement,
  parameters: readonly Expr[],
): Promise<Outcome> {
  if (statement.kind === 'execute') {
    const { source: inner, values } = prepared(session, statement);
    return run(database, session, inner, parseStatement(inner), values);
  }
  const { signal } = session.ended;
  const lockWait = Number(session.variables.get('innodb_lock_wait_timeout')) * 1000;
  if (mentionsSleep(source)) await waitForSleeps(database, session, statement, parameters, signal);
  await database.writer.turn(session.connectionId, lockWait, signal);
  database.enter(session);
  return runNow(database, session, statement, bindContext(database, session, parameters));
}

function runNow(
  database: Database,
  session: Session,
  statement: Exclude<Statement, { kind: 'execute' }>,
  context: BindContext,
): Outcome {
  switch (statement.kind) {
    case 'query':
      beginImplicitly(session);
      return runQuery(database, session, statement.query, context);
    case 'insert':
    case 'update':
    case 'delete':
      return runWrite(database, session, statement, context);
    case 'show':
      return runShow(database, session, statement, context);
    case 'describe':
      return runDescribe(database, session, statement.table, statement.column, context);
    case 'explain':
      return explain(database, statement.statement, context);
    case 'set':
    case 'set-transaction':
    case 'use':
    case 'do':
    case 'kill':
    case 'prepare':
    case 'deallocate':
    case 'maintain':
    case 'call':
    case 'nothing':
      return runUtility(database, session, statement, context);
    case 'begin':
    case 'commit':
    case 'rollback':
    case 'savepoint':
    case 'rollback-to':
    case 'release':
      return runTransaction(database, session, statement);
    case 'create-table':
    case 'truncate':
    case 'drop-table':
    case 'rename-table':
    case 'alter-table':
    case 'create-view':
    case 'drop-view':
    case 'create-schema':
    case 'drop-schema':
      return runDefinition(database, session, statement, context);
  }
}

type Utility = Extract<
  Statement,
  {
    kind:
      | 'set'
      | 'set-transaction'
      | 'use'
      | 'do'
      | 'kill'
      | 'prepare'
      | 'deallocate'
      | 'maintain'
      | 'call'
      | 'nothing';
  }
>;

/** Statements about the session and the server, which touch no table. */
function runUtility(database: Database, session: Session, statement: Utility, context: BindContext): Outcome {
  switch (statement.kind) {
    case 'set':
      return runSet(database, session, statement.items, context);
    case 'set-transaction':
      return setTransaction(database, session, statement);
    case 'use':
      session.schema = schemaOf(database, session, statement.schema);
      return done();
    case 'do':
      for (const expr of statement.exprs) evaluate(database, expr, context);
      return done();
    case 'kill':
      throw refuseKill(database, session, Number(evaluate(database, statement.id, context)));
    case 'prepare':
      return prepareText(session, statement.name, evaluate(database, statement.text, context));
    case 'deallocate':
      return deallocate(session, statement.name);
    case 'maintain':
      return maintain(database, session, statement);
    case 'call':
      throw mysqlError('NO_SUCH_FUNCTION', { kind: 'PROCEDURE', name: statement.name });
    case 'nothing':
      if (statement.commits) commit(database, session);
      return done();
  }
}

type Write = Extract<Statement, { kind: 'insert' | 'update' | 'delete' }>;

function runWrite(database: Database, session: Session, statement: Write, context: BindContext): Outcome {
  beginImplicitly(session);
  beginWriting(database, session);
  switch (statement.kind) {
    case 'insert':
      return runInsert(database, session, statement, context);
    case 'update':
      return runUpdate(database, session, statement, context);
    case 'delete':
      return runDelete(database, session, statement, context);
  }
}

type Transactional = Extract<
  Statement,
  { kind: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'rollback-to' | 'release' }
>;

function runTransaction(database: Database, session: Session, statement: Transactional): Outcome {
  switch (statement.kind) {
    case 'begin':
      begin(database, session);
      break;
    case 'commit':
      commit(database, session);
      session.inTransaction = statement.chain;
      break;
    case 'rollback':
      rollback(database, session);
      session.inTransaction = statement.chain;
      break;
    case 'savepoint':
      savepoint(database, session, statement.name);
      break;
    case 'rollback-to':
      toSavepoint(database, session, statement.name, 'ROLLBACK TO');
      break;
    case 'release':
      toSavepoint(database, session, statement.name, 'RELEASE');
      break;
  }
  return done();
}

/** The engine's own plan, in the one column that MySQL calls `EXPLAIN` for FORMAT=TREE. */
function explain(database: Database, statement: Statement, context: BindContext): Outcome {
  if (statement.kind !== 'query') throw mysqlError('NOT_SUPPORTED', { what: 'EXPLAIN of what is no SELECT' });
  const { sql } = bindQuery(statement.query, context, null);
  const plan = database.engine.query(`EXPLAIN QUERY PLAN ${sql}`);
  return {
    kind: 'rows',
    columns: [{ name: 'EXPLAIN', type: types.longtext }],
    rows: plan.map((row) => [row[3] ?? null]),
  };
}

function maintain(
  database: Database,
  session: Session,
  statement: Extract<Statement, { kind: 'maintain' }>,
): Outcome {
  const columns = ['Table', 'Op', 'Msg_type', 'Msg_text'].map((name) => ({ name, type: types.varchar }));
  const rows = statement.tables.map((name) => {
    const table = findTable(database, session, name);
    return [`${table.schema}.${table.name}`, statement.what, 'status', 'OK'];
  });
  return { kind: 'rows', columns, rows };
}
