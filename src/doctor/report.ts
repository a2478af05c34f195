// What the doctor finds: checks, each with the statements that were sent.

/** `skipped` where there was nothing to check, `warning` where it works and yet wants a look. */
export type Outcome = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Sent {
  readonly statement: string;
  readonly outcome: 'ok' | 'failed';
  /** What came: rows and the first values, or the error. */
  readonly came: string;
  readonly errno: number | null;
  readonly sqlState: string | null;
  readonly ms: number;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  readonly outcome: Outcome;
  /** In one sentence. */
  readonly finding: string;
  readonly statements: readonly Sent[];
  readonly ms: number;
  /** What to do; empty where all is well. */
  readonly advice: readonly string[];
}

export interface Diagnosis {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly ms: number;
}

/** A check that sends no statements. */
export function plainCheck(
  id: string,
  title: string,
  outcome: Outcome,
  finding: string,
  advice: readonly string[] = [],
  ms = 0,
): Check {
  return { id, title, outcome, finding, statements: [], ms, advice };
}
