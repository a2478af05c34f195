// Temporary tables of many sessions on one connection: a table steps aside under another name when a session that must not
// see it mentions its name, and comes back when its own session does.

/** Whoever a temporary table belongs to. */
export type TableOwner = object;

export interface TemporaryTable {
  readonly owner: TableOwner;
  /** Schema in which it was created. */
  readonly schema: string;
  /** The name that its session knows, in lower case as servers compare it. */
  readonly name: string;
  /** The name that it has on the connection while it stands aside; null while it has its own. */
  asideAs: string | null;
}

/** A renaming that has to be done before a turn. */
export interface Renaming {
  readonly sql: string;
  readonly done: () => void;
}

export class TemporaryTables {
  private tables: TemporaryTable[] = [];
  private asideCount = 0;

  get any(): boolean {
    return this.tables.length > 0;
  }

  ownedBy(owner: TableOwner): readonly TemporaryTable[] {
    return this.tables.filter((table) => table.owner === owner);
  }

  created(owner: TableOwner, schema: string, name: string): void {
    this.dropped(owner, name);
    this.tables.push({ owner, schema, name, asideAs: null });
  }

  dropped(owner: TableOwner, name: string): void {
    this.tables = this.tables.filter((table) => table.owner !== owner || table.name !== name);
  }

  /** The owner is gone; what it leaves is dropped by the statements returned. */
  abandon(owner: TableOwner): string[] {
    const left = this.ownedBy(owner);
    this.tables = this.tables.filter((table) => table.owner !== owner);
    return left.map(
      (table) =>
        `DROP TEMPORARY TABLE IF EXISTS ${quote(table.schema)}.${quote(table.asideAs ?? table.name)}`,
    );
  }

  /**
   * What has to be renamed before a turn of `owner`.
   * @param mentions whether the turn's statements may touch a table of that name
   */
  renamings(owner: TableOwner, mentions: (name: string) => boolean): Renaming[] {
    const touched = this.tables.filter((table) => mentions(table.name));
    const away = touched.filter((table) => table.owner !== owner && table.asideAs === null);
    const back = touched.filter((table) => table.owner === owner && table.asideAs !== null);
    return [...away.map((table) => this.stepAside(table)), ...back.map(comeBack)];
  }

  private stepAside(table: TemporaryTable): Renaming {
    const aside = `#chronos_fleet_${++this.asideCount}`;
    return { sql: rename(table.schema, table.name, aside), done: () => (table.asideAs = aside) };
  }
}

function comeBack(table: TemporaryTable): Renaming {
  const sql = rename(table.schema, table.asideAs ?? table.name, table.name);
  return { sql, done: () => (table.asideAs = null) };
}

/** RENAME TABLE does not know temporary tables on older servers; ALTER TABLE does. */
function rename(schema: string, from: string, to: string): string {
  return `ALTER TABLE ${quote(schema)}.${quote(from)} RENAME TO ${quote(schema)}.${quote(to)}`;
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
