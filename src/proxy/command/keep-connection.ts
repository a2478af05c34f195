// Statements behind which a server closes the connection: that is the client's to lose, and not that of all the others.

import { FleetError } from '../../errors.js';
import type { Session } from '../../session/session.js';
import type { Statement } from '../../sql/types.js';
import type { ClientCommand } from './command.js';

/**
 * The command without what would close the backend's connection: COMMIT and ROLLBACK RELEASE without their RELEASE, and
 * nothing behind them, as a server would not come to it. The effects go on saying that the client's connection ends.
 * @throws COMMAND_REFUSED for SHUTDOWN and whatever else would end more than one client's connection
 */
export function keepConnection(command: ClientCommand, session: Session): ClientCommand {
  const { text, effects, code } = command;
  const at = effects.findIndex((effect) => effect.endsConnection || isReleasedAnyway(effect, session));
  const effect = effects[at];
  if (effect === undefined || text === null) return command;
  const { verb, start } = effect;
  if (verb !== 'COMMIT' && verb !== 'ROLLBACK') throw new FleetError('COMMAND_REFUSED', { command: verb });
  // What EXECUTE runs is no part of this text.
  if (effects.some(({ execute }) => execute !== null))
    throw new FleetError('COMMAND_REFUSED', { command: `EXECUTE of ${verb} RELEASE` });
  const kept = Buffer.concat([text.subarray(0, start), Buffer.from(`${verb} NO RELEASE`)]);
  return {
    ...command,
    text: kept,
    payload: Buffer.concat([Buffer.from([code]), kept]),
    effects: [...effects.slice(0, at), { ...effect, endsConnection: true }],
  };
}

/** Whether the client's connection ends when the command went well. */
export function endsConnection({ form, effects }: ClientCommand): boolean {
  return form !== 'prepare' && effects.some((effect) => effect.endsConnection);
}

const endings: ReadonlySet<string> = new Set(['COMMIT', 'ROLLBACK']);

/** `completion_type` says RELEASE where the statement says nothing. */
function isReleasedAnyway(effect: Statement, { variables }: Session): boolean {
  if (!endings.has(effect.verb) || !effect.endsTransaction || effect.beginsTransaction) return false;
  return /^'?(?:RELEASE|2)'?$/i.test(variables.get('completion_type') ?? '') && !effect.mentions('release');
}
