// Temporary tables of many sessions on one connection: a table steps aside under another name when a session that must not
// see it mentions its name, and comes back when its own session does.

import { randomBytes } from 'node:crypto';

/** How a server renames a temporary table; RENAME needs no privileges, but only newer MariaDB servers know it for those. */
export type RenameStatement = 'RENAME TABLE' | 'ALTER TABLE';

interface TemporaryTable {
  readonly owner: object;
  readonly schema: string;
  /** As it was written. */
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
  /** Those of owners that are gone. A renaming may be on its way, so their names are not certain before the next turn. */
  private orphans: TemporaryTable[] = [];
  private asideCount = 0;
  /** Who could guess the name of a table that stands aside would have it. */
  private readonly secret = randomBytes(12).toString('hex');
  /** How this server renames; null while that is not known, `none` where it does not. */
  renames: RenameStatement | 'none' | null = null;

  get any(): boolean {
    return this.size > 0;
  }

  get size(): number {
    return this.tables.length;
  }

  namesOf(owner: object): string[] {
    return this.tables.filter((table) => table.owner === owner).map(({ name }) => name);
  }

  /** The owner's tables that are to be found by their names, each with its schema: what is aside no statement of its can reach. */
  tablesInPlace(owner: object): { readonly qualifier: string; readonly name: string }[] {
    return this.tables
      .filter((table) => table.owner === owner && table.asideAs === null)
      .map(({ schema, name }) => ({ qualifier: schema, name }));
  }

  /** Whether the owner's table of that name can make room for others'. */
  canStepAside(owner: object, schema: string, name: string): boolean {
    if (this.renames === null || this.renames === 'none') return false;
    return this.tables.some((table) => isTable(table, owner, schema, name));
  }

  created(owner: object, schema: string, name: string): void {
    this.dropped(owner, schema, name);
    this.tables.push({ owner, schema, name, asideAs: null });
  }

  dropped(owner: object, schema: string, name: string): void {
    this.tables = this.tables.filter((table) => !isTable(table, owner, schema, name));
  }

  /** The owner has given a table of this name (in whatever schema) another one, under which it is not known here. */
  renamedByOwner(owner: object, name: string): void {
    this.tables = this.tables.filter((table) => table.owner !== owner || !sameName(table.name, name));
  }

  /** A table of the owner's, known or not, is to be dropped. */
  discard(owner: object, schema: string, name: string): void {
    this.dropped(owner, schema, name);
    this.orphans.push({ owner, schema, name, asideAs: null });
  }

  /** The owner is gone: its tables are to be dropped. */
  abandon(owner: object): void {
    this.orphans.push(...this.tables.filter((table) => table.owner === owner));
    this.tables = this.tables.filter((table) => table.owner !== owner);
  }

  /** The statements that drop what owners have left who are gone. Only between turns, when nothing is being renamed. */
  takeOrphans(): string[] {
    return this.orphans
      .splice(0)
      .map(
        (table) => `DROP TEMPORARY TABLE IF EXISTS ${qualified(table.schema, table.asideAs ?? table.name)}`,
      );
  }

  /**
   * What has to be renamed before a turn of `owner`: other sessions' tables out of the way first, then its own back.
   * @param mayTouch whether the turn's statements may touch a table of that name (lower case)
   */
  renamings(owner: object, mayTouch: (name: string) => boolean): Renaming[] {
    const touched = this.tables.filter((table) => mayTouch(table.name.toLowerCase()));
    const away = touched.filter((table) => table.owner !== owner && table.asideAs === null);
    const back = touched.filter((table) => table.owner === owner && table.asideAs !== null);
    return [...away.map((table) => this.stepAside(table)), ...back.map((table) => this.comeBack(table))];
  }

  /** The statements that try a way of renaming on a table, there and back. */
  trial(how: RenameStatement, schema: string, name: string): [there: string, back: string] {
    const aside = this.asideName();
    return [renaming(how, schema, name, aside), renaming(how, schema, aside, name)];
  }

  private stepAside(table: TemporaryTable): Renaming {
    const aside = this.asideName();
    return { sql: this.rename(table.schema, table.name, aside), done: () => (table.asideAs = aside) };
  }

  private comeBack(table: TemporaryTable): Renaming {
    const sql = this.rename(table.schema, table.asideAs ?? table.name, table.name);
    return { sql, done: () => (table.asideAs = null) };
  }

  private asideName(): string {
    return `#chronos_fleet_${this.secret}_${++this.asideCount}`;
  }

  private rename(schema: string, from: string, to: string): string {
    return renaming(this.renames === 'ALTER TABLE' ? 'ALTER TABLE' : 'RENAME TABLE', schema, from, to);
  }
}

function renaming(how: RenameStatement, schema: string, from: string, to: string): string {
  const joint = how === 'ALTER TABLE' ? 'RENAME TO' : 'TO';
  return `${how} ${qualified(schema, from)} ${joint} ${qualified(schema, to)}`;
}

function isTable(table: TemporaryTable, owner: object, schema: string, name: string): boolean {
  return table.owner === owner && sameName(table.schema, schema) && sameName(table.name, name);
}

/** Servers on some systems do not tell upper case from lower; two names that differ only there are taken for one. */
function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function qualified(schema: string, name: string): string {
  return `${quote(schema)}.${quote(name)}`;
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
