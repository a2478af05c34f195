// User variables of many sessions on one connection: every name holds one session's value at a time, and changes hands
// only when another session mentions it.

import { FieldType } from '../wire/constants.js';
import type { ColumnDefinition } from '../wire/result-set.js';
import type { Literal } from './variables.js';

/** Whoever a value on the connection belongs to. */
export interface VariableOwner {
  /** Values that the session has, as far as they are known: always where the connection holds none, or another session's. */
  readonly savedVariables: KeptValues;
  /** Names of values on the connection for which there is no room among the saved ones. */
  readonly tooLarge: Set<string>;
  /** Names of such values that are lost, because another session has used the name since. */
  readonly displaced: Set<string>;
  /** The session has ended or begun anew: nobody asks for its values any more. */
  isGone: boolean;
}

export function newOwner(): VariableOwner {
  return { savedVariables: new KeptValues(), tooLarge: new Set(), displaced: new Set(), isGone: false };
}

/** Bytes of the values that are kept for a session; what is beyond that is on the connection alone. */
export const MOST_KEPT = 16 * 1024 * 1024;

/** Values by name, and how many bytes they have together. */
export class KeptValues extends Map<string, Literal> {
  bytes = 0;

  override set(name: string, value: Literal): this {
    this.delete(name);
    this.bytes += value.length;
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    this.bytes -= this.get(name)?.length ?? 0;
    return super.delete(name);
  }

  override clear(): void {
    this.bytes = 0;
    super.clear();
  }
}

/** Whose the values are that sessions have left on a connection. */
const nobody: VariableOwner = { ...newOwner(), isGone: true };

/** So many names that ended sessions have left are cleared together; fewer stay until another session uses them. */
const WORTH_CLEARING = 20;
/** Names that one statement clears. */
const MOST_CLEARED = 200;

/** Names on a connection and whose value each of them holds. */
export class UserVariables {
  private readonly owners = new Map<string, VariableOwner>();
  /** How many names there are of each owner. */
  private readonly counts = new Map<VariableOwner, number>();
  /** Names that can be cleared: their values are nobody's any more. */
  private readonly orphans = new Set<string>();

  get names(): readonly string[] {
    return [...this.owners.keys()];
  }

  ownedBy(owner: VariableOwner): readonly string[] {
    return !this.counts.has(owner) ? [] : this.names.filter((name) => this.owners.get(name) === owner);
  }

  ownerOf(name: string): VariableOwner | undefined {
    return this.owners.get(name);
  }

  /** The connection is about to hold nobody's values any more. Those that could not be saved are to be told as lost. */
  forgetKept(): void {
    for (const [name, owner] of this.owners)
      if (owner.isGone || owner.savedVariables.has(name)) this.own(name, null);
  }

  /** The connection holds a value of `owner` now that it alone knows. */
  give(name: string, owner: VariableOwner): void {
    this.hand(name, owner);
    owner.savedVariables.delete(name);
  }

  /** The connection has been given the value that is saved. */
  giveSaved(name: string, value: Literal, owner: VariableOwner): void {
    this.hand(name, owner);
    owner.savedVariables.set(name, value);
  }

  private own(name: string, owner: VariableOwner | null): void {
    this.count(this.owners.get(name), -1);
    if (owner === null) this.owners.delete(name);
    else this.owners.set(name, owner);
    this.count(owner ?? undefined, 1);
  }

  private count(owner: VariableOwner | undefined, more: number): void {
    if (owner === undefined) return;
    const count = (this.counts.get(owner) ?? 0) + more;
    if (count === 0) this.counts.delete(owner);
    else this.counts.set(owner, count);
  }

  private hand(name: string, owner: VariableOwner): void {
    const before = this.owners.get(name);
    if (before !== undefined && before !== owner && this.unsaved([name]).length > 0)
      before.displaced.add(name);
    this.own(name, owner);
    this.orphans.delete(name);
    owner.tooLarge.delete(name);
    owner.displaced.delete(name);
  }

  /** The owner goes on, on another connection: its values here, all of which are saved, are nobody's. */
  left(owner: VariableOwner): void {
    for (const name of this.ownedBy(owner)) this.own(name, nobody);
    this.abandonGone();
  }

  /** Some owner is gone: what it has left is nobody's. */
  abandonGone(): void {
    for (const [name, { isGone }] of this.owners) if (isGone && isPlainName(name)) this.orphans.add(name);
  }

  /** The statements that clear what owners have left who are gone, once that is worth a statement. */
  takeOrphans(): string[] {
    if (this.orphans.size < WORTH_CLEARING) return [];
    const names = [...this.orphans].slice(0, MOST_CLEARED);
    for (const name of names) {
      this.orphans.delete(name);
      this.own(name, null);
    }
    return [assignVariables(names.map((name) => [name, UNSET])), ...this.takeOrphans()];
  }

  /** Whatever the connection holds of `owner` may have got another value. */
  doubt(owner: VariableOwner): void {
    for (const name of this.ownedBy(owner)) owner.savedVariables.delete(name);
  }

  /** What would be lost with the connection. */
  unsavedOf(owner: VariableOwner): readonly string[] {
    return this.ownedBy(owner).filter((name) => !owner.savedVariables.has(name));
  }

  /**
   * Of the names that `session` is about to mention, those that hold another session's value, and have to be read before
   * they are overwritten.
   */
  foreign(names: Iterable<string>, session: VariableOwner): string[] {
    return [...names].filter((name) => {
      const owner = this.owners.get(name);
      return owner !== undefined && owner !== session;
    });
  }

  /** Of such names, those whose value only the connection knows, and somebody may still ask for. */
  unsaved(names: readonly string[]): string[] {
    return names.filter((name) => {
      const owner = this.owners.get(name);
      return owner?.isGone === false && !owner.savedVariables.has(name);
    });
  }

  /** Of such names, those whose value can be saved. */
  worthSaving(names: readonly string[]): string[] {
    return this.unsaved(names).filter(
      (name) => isPlainName(name) && this.owners.get(name)?.tooLarge.has(name) === false,
    );
  }

  /** Names that `session` has a value for, which the connection does not hold. */
  missing(names: Iterable<string>, session: VariableOwner): string[] {
    return [...names].filter((name) => this.owners.get(name) !== session && session.savedVariables.has(name));
  }
}

/** Names of variables are of any length on MariaDB, and of 64 letters at most on MySQL. */
export const LONGEST_NAME = 256;

/** Names beyond ASCII depend on the character set in which they were sent: such a variable cannot be named again. */
export function isPlainName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^[\x20-\x7e]+$/.test(name);
}

/** NULL as a variable has it that was never set; a bare NULL would keep the type of the value before. */
export const UNSET: Literal = 'CAST(NULL AS BINARY)';

/** Names that one `readVariables` can be for: servers take 4,096 columns. */
export const MOST_READ = 1_000;

/**
 * Three columns a name: the value, for its type; its bytes; its collation. Where results are not converted, texts of functions
 * come in the letters of collation_connection, which may be wide. No row where the values have more bytes than `mostBytes`.
 */
export function readVariables(names: readonly string[], mostBytes: number): string {
  const columns = names.map(
    (name) => `${mention(name)},${narrow(`HEX(${mention(name)})`)},${narrow(`COLLATION(${mention(name)})`)}`,
  );
  const lengths = names.map((name) => `IFNULL(OCTET_LENGTH(${mention(name)}),0)`);
  return `SELECT ${columns.join(',')} FROM DUAL WHERE ${sum(lengths)}<=${mostBytes} LIMIT 1`;
}

/** In pairs of pairs: a server's stack is not made for a sum of a thousand one after the other. */
function sum(terms: readonly string[]): string {
  const half = Math.ceil(terms.length / 2);
  return terms.length === 1 ? (terms[0] ?? '0') : `(${sum(terms.slice(0, half))}+${sum(terms.slice(half))})`;
}

function narrow(text: string): string {
  return `CONVERT(${text} USING latin1)`;
}

/** Asks for the text in a variable. */
export function readTextIn(name: string): string {
  return `SELECT ${mention(name)} LIMIT 1`;
}

/** Of a column definition: https://mariadb.com/kb/en/result-set-packets/#field-details-flag */
const UNSIGNED_FLAG = 0x20;

/** The values in the reply to `readVariables`, as literals that give the variable the same type, collation and value again. */
export function literalsOf(
  names: readonly string[],
  columns: readonly ColumnDefinition[],
  row: readonly (string | null)[],
): Literal[] {
  return names.map((_, i) => {
    const value = row[3 * i] ?? null;
    const collation = row[3 * i + 2] ?? 'binary';
    return value === null
      ? nothing(columns[3 * i], collation)
      : literal(columns[3 * i], value, row[3 * i + 1] ?? '', collation);
  });
}

/** NULL as a variable has it that had a number before, or a text. */
function nothing(column: ColumnDefinition | undefined, collation: string): Literal {
  if (column?.type === FieldType.LONGLONG) return 'CAST(NULL AS SIGNED)';
  if (column?.type === FieldType.NEWDECIMAL) return 'CAST(NULL AS DECIMAL)';
  if (column?.type === FieldType.DOUBLE) return '(NULL+0e0)';
  if (collation === 'binary') return UNSET;
  return `CAST(NULL AS CHAR CHARACTER SET ${charsetOf(collation)}) COLLATE ${collation}`;
}

function charsetOf(collation: string): string {
  return collation.split('_', 1)[0] ?? 'binary';
}

function literal(
  column: ColumnDefinition | undefined,
  value: string,
  hex: string,
  collation: string,
): Literal {
  const type = column?.type;
  if (type === FieldType.LONGLONG && ((column?.flags ?? 0) & UNSIGNED_FLAG) !== 0)
    return `CAST(${value} AS UNSIGNED)`;
  if (type === FieldType.LONGLONG) return value;
  // A number without a point is an integer, as far as one is large enough.
  if (type === FieldType.NEWDECIMAL) return value.includes('.') ? value : `${value}.`;
  if (type === FieldType.DOUBLE) return /e/i.test(value) ? value : `${value}e0`;
  return collation === 'binary'
    ? `_binary x'${hex}'`
    : `_${charsetOf(collation)} x'${hex}' COLLATE ${collation}`;
}

export function assignVariables(values: readonly (readonly [name: string, value: Literal])[]): string {
  return `SET ${values.map(([name, value]) => `${mention(name)}=${value}`).join(',')}`;
}

function mention(name: string): string {
  return `@\`${name.replaceAll('`', '``')}\``;
}
