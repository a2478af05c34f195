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

/** Adds a part and folds `(?, ?` into `(?` and `(?), (?)` into `(?)`. Returns by how many characters it grew. */
export function add(shape: Shape, part: string, spaced: boolean): number {
  shape.parts.push(part);
  shape.spaced.push(spaced);
  const folded = folds(shape.parts, part);
  if (folded === 0) return part.length + Number(spaced);
  shape.parts.length -= folded;
  shape.spaced.length -= folded;
  return 0;
}

/** How many parts at the end repeat those before them. */
function folds(parts: readonly string[], last: string): number {
  if (last === VALUE) return endsWith(parts, '(', VALUE, ',', VALUE) ? 2 : 0;
  if (last === ')') return endsWith(parts, '(', VALUE, ')', ',', '(', VALUE, ')') ? 4 : 0;
  return 0;
}

/** Whether the next part is an item of a list of values. */
export function isInValues({ parts }: Shape): boolean {
  return parts.at(-1) === '(' || endsWith(parts, VALUE, ',');
}

function endsWith(parts: readonly string[], ...tail: readonly string[]): boolean {
  const start = parts.length - tail.length;
  return start >= 0 && tail.every((part, offset) => parts[start + offset] === part);
}

/** Drops the beginning of a tuple at the end, `(?), (?,`, of which a whole one stands before it. */
export function dropUnfinishedTuple({ parts }: Shape): void {
  const unfinished = [',', '(', VALUE];
  let end = parts.length;
  while (unfinished.includes(parts[end - 1] ?? '')) end -= 1;
  if (endsWith(parts.slice(0, end), '(', VALUE, ')')) parts.length = end;
}

/** The parts as one text. */
export function textOf({ parts, spaced }: Shape): string {
  let text = '';
  for (const [at, part] of parts.entries()) text += at > 0 && spaced[at] === true ? ` ${part}` : part;
  return text;
}
