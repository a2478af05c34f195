// What was found while reading a port map: collected, not thrown, so that one run shows everything.
import type { Problem } from './types.js';
import type { Place } from './yaml.js';

export interface Report {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  error(at: Place, path: string, message: string): void;
  warn(at: Place, path: string, message: string): void;
}

/** An empty report on `file`, the name that findings show. */
export function createReport(file: string): Report {
  const errors: Problem[] = [];
  const warnings: Problem[] = [];
  /** A mistake in `defaults` is met once for every user, and told once. */
  const add = (list: Problem[], at: Place, path: string, message: string): void => {
    const same = (other: Problem) =>
      other.line === at.line && other.column === at.column && other.message === message;
    if (!list.some(same)) list.push({ file, line: at.line, column: at.column, path, message });
  };
  return {
    errors,
    warnings,
    error: (at, path, message) => add(errors, at, path, message),
    warn: (at, path, message) => add(warnings, at, path, message),
  };
}

/** `file:line:column key: message`. */
export function formatProblem(problem: Problem): string {
  const key = problem.path === '' ? '' : `${problem.path}: `;
  return `${problem.file}:${problem.line}:${problem.column} ${key}${problem.message}`;
}

/** One finding a line, in the order of the text. */
export function formatProblems(problems: readonly Problem[]): string {
  return [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map((problem) => `  ${formatProblem(problem)}`)
    .join('\n');
}
