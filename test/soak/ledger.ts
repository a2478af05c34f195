// What clients were told of their writes, and whether the rows of the table agree with it.

/** What is known of a write: its rows must be there, must not be there, or may be there, but then all of them. */
export type Fate = 'acknowledged' | 'refused' | 'in doubt';

/** A write that is done as a whole or not at all: one statement, or one transaction. */
export interface Unit {
  readonly id: number;
  readonly rows: number;
  fate: Fate;
}

/** The rows of a unit as the server counts them. */
export interface Found {
  readonly unit: number;
  readonly rows: number;
  readonly distinct: number;
}

/** The writes of one user. */
export class Ledger {
  private readonly units = new Map<number, Unit>();
  private next = 1;

  /** A new unit; until its fate is known it has the one given. */
  begin(rows: number, fate: Fate): Unit {
    const unit: Unit = { id: this.next++, rows, fate };
    this.units.set(unit.id, unit);
    return unit;
  }

  /** A unit that was begun `back` units ago, if there was one. */
  recent(back: number): Unit | undefined {
    return this.units.get(this.next - 1 - back);
  }

  count(fate: Fate): number {
    return [...this.units.values()].filter((unit) => unit.fate === fate).length;
  }

  /** What does not agree, in words. */
  judge(found: readonly Found[]): readonly string[] {
    const left = new Map(found.map((each) => [each.unit, each]));
    const problems: string[] = [];
    for (const unit of this.units.values()) {
      const problem = contradiction(unit, left.get(unit.id));
      left.delete(unit.id);
      if (problem !== undefined) problems.push(problem);
    }
    for (const { unit, rows } of left.values())
      problems.push(`${rows} rows of unit ${unit}, which nobody wrote`);
    return problems;
  }
}

/** How the rows that were found contradict what the client was told; undefined where they do not. */
export function contradiction({ id, rows, fate }: Unit, found: Found | undefined): string | undefined {
  const there = found?.rows ?? 0;
  if (there !== (found?.distinct ?? 0))
    return `double write: unit ${id} (${fate}) has ${there} of ${rows} rows`;
  if (there === 0) return fate === 'acknowledged' ? `lost write: unit ${id} was acknowledged` : undefined;
  if (fate === 'refused') return `unit ${id} was refused, and ${there} of its ${rows} rows are there`;
  return there === rows ? undefined : `half a write: unit ${id} (${fate}) has ${there} of ${rows} rows`;
}
