// Text prepared statements (PREPARE s FROM '...') of many sessions on one connection: a name is prepared again with its
// session's text when another session has used it since.

import type { Statement } from '../sql/types.js';
import { checkRoomFor } from './prepared-statements.js';
import type { PreparedUnder } from './prepared-under.js';
import { quoted } from './variables.js';

/** A text prepared statement: what is to be prepared, under which settings. */
export interface TextStatement {
  readonly text: string;
  readonly under: PreparedUnder;
  /** User variables that it assigns: the server gives them another type when it prepares it. */
  readonly assigned: readonly string[];
}

/** A session's text prepared statements by name (lower case). */
export type TextStatements = Map<string, TextStatement>;

/**
 * Whether there is room for what the PREPAREs among `effects` would have the session keep.
 * @throws TOO_MANY_STATEMENTS, STATEMENTS_TOO_LARGE
 */
export function checkTextRoom(kept: TextStatements, effects: readonly Statement[]): void {
  if (!effects.some(({ prepare }) => prepare !== null)) return;
  let bytes = 0;
  for (const { text } of kept.values()) bytes += text.length;
  checkRoomFor(kept.size, bytes);
}

/** Names on a connection and whose statement each of them is. */
export class TextStatementOwners {
  private readonly owners = new Map<string, TextStatements>();
  private readonly gone = new Set<TextStatements>();

  give(name: string, owner: TextStatements): void {
    this.owners.set(name, owner);
  }

  get names(): IterableIterator<string> {
    return this.owners.keys();
  }

  /** The owner does not have it any more. */
  drop(name: string): void {
    this.owners.delete(name);
  }

  /** The statement that makes `name` the owner's again before it is executed; null where it is, or never was. */
  restore(name: string, owner: TextStatements): string | null {
    const own = owner.get(name);
    if (own === undefined || this.owners.get(name) === owner) return null;
    return `PREPARE ${quoteName(name)} FROM ${quoted(own.text)}`;
  }

  /**
   * The statement that makes `name` the owner's before it is dropped, where it would have to be prepared again; null elsewhere.
   * Its own text may be one that the session cannot prepare any more, because it only reads.
   */
  standIn(name: string, owner: TextStatements): string | null {
    return this.restore(name, owner) === null ? null : `PREPARE ${quoteName(name)} FROM 'DO 0'`;
  }

  /** What has the name on the connection is of no use to anybody. */
  spoil(name: string): void {
    this.owners.set(name, new Map());
  }

  /** Whether `name` on the connection is another session's, so that `owner`, which has none, must not find it. */
  isForeign(name: string, owner: TextStatements): boolean {
    const holder = this.owners.get(name);
    return holder !== undefined && holder !== owner && !owner.has(name);
  }

  /** The owner is gone: its statements are to be dropped. */
  abandon(owner: TextStatements): void {
    this.gone.add(owner);
  }

  /** The owner has them on another connection from now on; what is here is to be dropped. */
  left(owner: TextStatements): void {
    const nobodys: TextStatements = new Map();
    for (const [name, holder] of this.owners) if (holder === owner) this.owners.set(name, nobodys);
    this.gone.add(nobodys);
  }

  /**
   * Forgets the names of owners that are gone, and answers with the statements that drop them. Only between turns, when
   * nobody is just taking a name over.
   */
  takeOrphans(): string[] {
    const names = [...this.owners].filter(([, holder]) => this.gone.has(holder)).map(([name]) => name);
    this.gone.clear();
    for (const name of names) this.owners.delete(name);
    return names.map(dropStatement);
  }
}

export function dropStatement(name: string): string {
  return `DEALLOCATE PREPARE ${quoteName(name)}`;
}

/** A longer text might not fit into a packet when it is prepared again, its quotes doubled. */
const LONGEST_TEXT = 256 * 1024;

/** Whether a statement of this text and name can be prepared again by us, whatever the session's character set. */
export function canRestore(name: string, text: string | null): text is string {
  if (text === null || text.length > LONGEST_TEXT) return false;
  return /^[\t\n\r\x20-\x7e]*$/.test(text) && /^[\x20-\x7e]+$/.test(name);
}

function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
