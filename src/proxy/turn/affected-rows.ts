// CLIENT_FOUND_ROWS: whether a statement counts the rows that it found or those that it changed. It belongs to the login, so
// sessions of either kind cannot have it from one connection. The backend connection counts found rows, as most drivers of
// BI tools ask for; for the others the count is put right from the words of the reply, which tell enough for both.

import type { Statement } from '../../sql/types.js';
import type { OkPacket } from '../../wire/reply-packets.js';

/**
 * Three counts: of an UPDATE `Rows matched: 5  Changed: 3  Warnings: 0`, of an INSERT of several rows
 * `Records: 2  Duplicates: 0  Warnings: 0`. The words are in the language of lc_messages, the order is not.
 */
const threeCounts = /^(\D*)(\d+)(\D+)(\d+)(\D+\d+\D*)$/;

/** How the words behind an INSERT of several rows begin in English. */
const countsRecords = 'Records';

/**
 * The packet for a session that did not ask for found rows.
 * @param index how many results of the command came before this one
 */
export function withChangedRows(ok: OkPacket, statements: readonly Statement[], index: number): OkPacket {
  const info = ok.info.toString('latin1');
  const counts = threeCounts.exec(info);
  if (counts === null) return ok;
  // What EXECUTE runs comes behind it, where that is known, and answers for it.
  const ran = statements.filter(({ runs }) => runs === null);
  // CALL and EXECUTE of others have any number of results: those behind them are not known by their place.
  const isCountable = ran.every(({ opaque, execute }) => opaque === null && execute === null);
  const statement = isCountable ? ran[index] : undefined;
  if (statement?.updatesDuplicates === true) return withoutUntouched(ok, counts);
  const mayUpdate = statements.some(({ verb }) => verb === 'UPDATE') && !info.startsWith(countsRecords);
  const isUpdate = isCountable ? statement?.verb === 'UPDATE' : mayUpdate;
  return isUpdate ? { ...ok, affectedRows: Number(counts[4]) } : ok;
}

/**
 * INSERT ... ON DUPLICATE KEY UPDATE counts 1 for a new row, 2 for one that it changed, and for one that it left as it was
 * 1 where found rows are counted, else 0. As duplicates it counts the rows that it found, or those that it changed. Of one row
 * the server says no words, and of rows of a SELECT not how many it found: there nothing is told apart.
 */
function withoutUntouched(
  ok: OkPacket,
  [, before, records, between, duplicates, rest]: RegExpExecArray,
): OkPacket {
  const found = Number(ok.affectedRows);
  const untouched = Number(records) + Number(duplicates) - found;
  const info = `${before}${records}${between}${Number(duplicates) - untouched}${rest}`;
  return { ...ok, affectedRows: found - untouched, info: Buffer.from(info, 'latin1') };
}
