// The collation that replies name for a session's texts, which no variable tells.

import { Collation } from '../wire/constants.js';
import type { ServerFacts, Session } from './session.js';
import { isWide, unquoted } from './variables.js';

/** Bytes of the longest letter, where it is more than one: https://mariadb.com/kb/en/supported-character-sets-and-collations/ */
const longest: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ utf8mb4: 4, utf8mb3: 3, utf8: 3, ujis: 3, eucjpms: 3, gb18030: 4 },
    ...{ big5: 2, gbk: 2, gb2312: 2, sjis: 2, cp932: 2, euckr: 2 },
  }),
);

export function bytesPerLetter(charset: string): number {
  return longest.get(charset) ?? 1;
}

/**
 * By SET NAMES it is the collation given there, else the default one of character_set_results; null where it is not known, or
 * its letters are wide: then names of columns are, too.
 */
export function resultsCollation(
  session: Session,
  { collations, defaultCollations }: ServerFacts,
): { readonly number: number; readonly charset: string } | null {
  const results = session.variables.get('character_set_results');
  if (results === undefined || isWide(results)) return null;
  // What is not converted comes as the server has its own messages.
  if (results === 'NULL') return { number: Collation.utf8_general_ci, charset: 'utf8mb3' };
  const charset = unquoted(results);
  const isAlone = session.setAlone.has('character_set_results');
  const [, named] = (isAlone ? undefined : session.names)?.split(' COLLATE ') ?? [];
  const collation = named === undefined ? defaultCollations.get(charset) : unquoted(named);
  for (const [number, fact] of collations) if (fact.collation === collation) return { number, charset };
  return null;
}
