// LIKE patterns, matched without backtracking into time that grows with a power of their length.

/** A pattern of more characters is taken to match anything: no name that is looked for needs so many. */
const LONGEST = 10_000;

/** A test for the LIKE pattern `pattern` (`%`, `_`, backslash escapes); letters match in any case. */
export function likePattern(pattern: string): (text: string) => boolean {
  if (pattern.length > LONGEST) return () => true;
  const parts = [...pattern.toUpperCase().matchAll(/\\?[^]/g)].map(([part]) => part);
  return (text) => matches(parts, text.toUpperCase());
}

function matches(parts: readonly string[], text: string): boolean {
  let part = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (parts[part] === '%') {
      star = part;
      starAt = at;
      part += 1;
    } else if (matchesOne(parts[part], text[at] ?? '')) {
      part += 1;
      at += 1;
    } else if (star >= 0) {
      // The last % takes one character more; earlier ones never need to.
      part = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '%');
}

function matchesOne(part: string | undefined, character: string): boolean {
  return part === '_' || part?.at(-1) === character;
}
