// Prepares a session's statement on a connection that does not have it, in the schema in which it was prepared first.

import { Command } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import type { ClientCommand } from '../command/command.js';
import { DifferenceFailed } from './turn-preparation.js';

/**
 * Does nothing where the connection has it. A server executes a statement in the schema in which it was prepared, wherever
 * the session has gone since.
 * @throws DifferenceFailed, BackendGone
 */
export async function prepareAgain({ statement }: ClientCommand, live: Live): Promise<void> {
  const { connection, state } = live;
  if (statement === null || statement.backend?.owner === state) return;
  const { schema } = state;
  const other = schema === undefined || schema === statement.schema ? null : statement.schema;
  if (other !== null) await useSchema(other, live);
  let id = 0;
  const sink = {
    forward: () => undefined,
    prepared: (ok: { statementId: number }) => (id = ok.statementId),
  };
  const { err } = await connection.run(statement.preparePayload, 'prepare', sink).ended;
  if (other !== null && schema != null) await useSchema(schema, live);
  if (err !== null) throw new DifferenceFailed(err);
  statement.backend?.owner.unusedStatements.push(statement.backend.id);
  statement.backend = { owner: state, id };
}

async function useSchema(schema: string, { connection, state }: Live): Promise<void> {
  const payload = Buffer.concat([Buffer.from([Command.INIT_DB]), Buffer.from(schema, 'utf8')]);
  const { err } = await connection.run(payload, 'ok').ended;
  if (err !== null) throw new DifferenceFailed(err);
  state.schema = schema;
}
