// CLIENT_FOUND_ROWS: whether an UPDATE counts the rows that it found or those that it changed. It belongs to the login, so
// sessions of either kind cannot have it from one connection. The backend connection counts found rows, as most drivers of
// BI tools ask for; for the others the count is put right from the words of the reply, which tell both.

import type { Statement } from '../../sql/types.js';
import type { OkPacket } from '../../wire/reply-packets.js';

/** `Rows matched: 5  Changed: 3  Warnings: 0`; the words are in the language of lc_messages, the order is not. */
const bothCounts = /^\D*\d+\D+(?<changed>\d+)\D+\d+\D*$/;

/** The words behind an INSERT of several rows have three counts, too: `Records: 2  Duplicates: 0  Warnings: 0`. */
const countsRecords = 'Records';

/**
 * The count for a session that did not ask for found rows.
 * @param index how many results of the command came before this one
 */
export function changedRows(
  ok: OkPacket,
  statements: readonly Statement[],
  index: number,
): OkPacket['affectedRows'] {
  const info = ok.info.toString('utf8');
  const changed = isUpdate(statements, index, info) ? bothCounts.exec(info)?.groups?.changed : undefined;
  return changed === undefined ? ok.affectedRows : Number(changed);
}

function isUpdate(statements: readonly Statement[], index: number, info: string): boolean {
  // CALL and EXECUTE have any number of results: those behind them are not known by their place.
  const isCountable = statements.every(({ opaque, execute }) => opaque === null && execute === null);
  if (isCountable) return statements[index]?.verb === 'UPDATE';
  return statements.some(({ verb }) => verb === 'UPDATE') && !info.startsWith(countsRecords);
}
