// LIKE as MySQL means it: without regard to case, with an escape character.

/** A small memory of patterns, since a query asks the same one of each row. */
const compiled = new Map<string, RegExp>();
const MAX_COMPILED = 200;

/** @param escape one character, or '' for none */
export function matchesLike(value: string, pattern: string, escape: string): boolean {
  const key = escape + pattern;
  let expression = compiled.get(key);
  if (expression === undefined) {
    expression = compile(pattern, escape);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(key, expression);
  }
  return expression.test(value);
}

function compile(pattern: string, escape: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === escape && at + 1 < pattern.length) source += literal(pattern.charAt(++at));
    else if (char === '%') source += '.*';
    else if (char === '_') source += '.';
    else source += literal(char);
  }
  return new RegExp(`^${source}$`, 'is');
}

function literal(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
}
