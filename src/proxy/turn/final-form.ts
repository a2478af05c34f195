// The last thing before a command is sent: the form in which the server is to get it.

import type { Session } from '../../session/session.js';
import { Command } from '../../wire/constants.js';
import type { Live } from '../backend/backend-link.js';
import { filledStatement } from '../state/diagnostics-turn.js';
import { withConditions } from '../state/given-conditions.js';
import { countBefore } from '../state/hidden-effects.js';
import type { DressedCommand } from '../locks/lock-edits.js';
import { preparePayload } from './command-payload.js';
import { prepareAgain } from './prepare-again.js';
import { checkSize } from './turn-preparation.js';

/**
 * What the command may do beside what it says is counted before, and what it asks for of the last statement is put in where
 * the connection does not have it.
 * @param sent the command as it would be sent
 * @throws DifferenceFailed, PACKET_TOO_LARGE, BackendGone
 */
export async function finalForm(sent: DressedCommand, session: Session, live: Live): Promise<DressedCommand> {
  // Preparing a statement does nothing of what its text says.
  if (sent.command.code !== Command.STMT_PREPARE) await countBefore(sent.command.effects, session, live);
  const final = (await withConditions(sent.command, session, live)) ?? sent;
  const filled = await filledStatement(final.command, session, live);
  const made = filled && { preparePayload: preparePayload(filled.text), originalName: filled.originalName };
  if (made !== null) checkSize(made.preparePayload, live);
  await prepareAgain(final.command, made, session, live);
  // What was sent before the command may have taken it off the connection just now.
  if (final.command.effects.some(({ diagnostics }) => diagnostics.length > 0))
    await session.diagnostics.known;
  return final;
}
