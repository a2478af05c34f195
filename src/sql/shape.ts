// A fingerprint as it grows: parts, with lists of values folded into one.

/** What stands for a value. */
export const VALUE = '?';

/** The parts so far, and for each whether a space comes before it. */
export interface Shape {
  readonly parts: string[];
  readonly spaced: boolean[];
}

export function emptyShape(): Shape {
  return { parts: [], spaced: [] };
}

const values = [VALUE, ',', VALUE];
const tuples = ['(', VALUE, ')', ',', '(', VALUE, ')'];

/** Adds a part and folds `?, ?` into `?` and `(?), (?)` into `(?)`. Returns by how many characters it grew. */
export function add(shape: Shape, part: string, spaced: boolean): number {
  shape.parts.push(part);
  shape.spaced.push(spaced);
  const folded = endsWith(shape, values) ? 2 : endsWith(shape, tuples) ? 4 : 0;
  if (folded === 0) return part.length + Number(spaced);
  shape.parts.length -= folded;
  shape.spaced.length -= folded;
  return 0;
}

function endsWith({ parts }: Shape, tail: readonly string[]): boolean {
  const start = parts.length - tail.length;
  return start >= 0 && tail.every((part, offset) => parts[start + offset] === part);
}

export function textOf({ parts, spaced }: Shape): string {
  return parts.map((part, at) => (at > 0 && spaced[at] === true ? ` ${part}` : part)).join('');
}
