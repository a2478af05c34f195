// CLIENT_FOUND_ROWS: whether an UPDATE counts the rows that it found or those that it changed. It belongs to the login, so
// sessions of either kind cannot have it from one connection. The backend connection counts found rows, as most drivers of
// BI tools ask for; for the others the count is put right from the words of the reply, which tell both.

import type { OkPacket } from '../wire/reply-packets.js';

/** `Rows matched: 5  Changed: 3  Warnings: 0`; the words are in the language of lc_messages, the order is not. */
const bothCounts = /^\D*\d+\D+(?<changed>\d+)\D+\d+\D*$/;

/** The count for a session that did not ask for found rows. */
export function changedRows(ok: OkPacket, isUpdate: boolean): OkPacket['affectedRows'] {
  const changed = isUpdate ? bothCounts.exec(ok.info.toString('utf8'))?.groups?.changed : undefined;
  return changed === undefined ? ok.affectedRows : Number(changed);
}
