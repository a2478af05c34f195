// Named locks (GET_LOCK) on one backend connection, where they are re-entrant: which session has which, and how often.

/** A session, as far as locks go: whose lock it is, and what IS_USED_LOCK tells others. */
export interface LockOwner {
  readonly id: number;
}

/** What the server did to a lock for a session. */
export type LockEvent =
  /** It took the lock, once more where it had it. */
  | { readonly type: 'taken'; readonly name: string }
  /** It released the lock, once. */
  | { readonly type: 'released'; readonly name: string }
  /** The server says that the session's connection does not have the lock. */
  | { readonly type: 'not-had'; readonly name: string }
  /** It has no lock any more. */
  | { readonly type: 'all-released' };

interface Entry {
  readonly owner: LockOwner;
  count: number;
}

/** A lock of a session, and how often it has been taken. */
export interface OwnedLock {
  readonly name: string;
  readonly count: number;
}

/** The locks on a connection, by names as the server compares them (`lockKey`). */
export class NamedLocks {
  private readonly entries = new Map<string, Entry>();

  get any(): boolean {
    return this.size > 0;
  }

  get size(): number {
    return this.entries.size;
  }

  ownerOf(name: string): LockOwner | null {
    return this.entries.get(name)?.owner ?? null;
  }

  ownedBy(owner: LockOwner): readonly OwnedLock[] {
    if (this.entries.size === 0) return [];
    return [...this.entries].flatMap(([name, entry]) =>
      entry.owner === owner ? [{ name, count: entry.count }] : [],
    );
  }

  /** A lock that somebody else has, with its owner; null where nobody else has any. */
  foreignTo(session: LockOwner): { readonly name: string; readonly owner: LockOwner } | null {
    for (const [name, { owner }] of this.entries) if (owner !== session) return { name, owner };
    return null;
  }

  /** The state after `event`, which the server has told of `owner`. */
  apply(owner: LockOwner, event: LockEvent): void {
    if (event.type === 'all-released') {
      for (const { name } of this.ownedBy(owner)) this.entries.delete(name);
      return;
    }
    const entry = this.entries.get(event.name);
    if (entry !== undefined && entry.owner !== owner) return;
    const before = entry?.count ?? 0;
    const count = { taken: before + 1, released: before - 1, 'not-had': 0 }[event.type];
    if (count > 0) this.entries.set(event.name, { owner, count });
    else this.entries.delete(event.name);
  }

  /** The session has ended or begins anew: the statement that releases its locks on the server; null where it has none. */
  abandon(owner: LockOwner): string | null {
    const owned = this.ownedBy(owner);
    this.apply(owner, { type: 'all-released' });
    return owned.length === 0 ? null : releaseStatement(owned);
  }
}

/** Takes the locks from the connection as often as they have been taken. */
export function releaseStatement(locks: readonly OwnedLock[]): string {
  const calls = locks.map(({ name, count }) => {
    const call = `RELEASE_LOCK(${lockLiteral(name)})`;
    return count === 1 ? call : `BENCHMARK(${count},${call})`;
  });
  return `DO ${calls.join(',')}`;
}

/** Printable ASCII as a literal that means the same in every sql_mode; letters stay letters in every collation. */
export function lockLiteral(name: string): string {
  return `_utf8 x'${Buffer.from(name, 'latin1').toString('hex')}'`;
}

/** The most bytes of a lock's name on any server. */
const LONGEST_NAME = 192;

/**
 * The lock that a name means, for names of printable ASCII: MySQL takes no notice of case, MariaDB does. Null for a name
 * with which there is no lock: the server refuses it, or answers NULL.
 */
export function lockKey(name: string, mariadb: boolean): string | null {
  if (name === '' || name.length > LONGEST_NAME) return null;
  return mariadb ? name : name.toLowerCase();
}
