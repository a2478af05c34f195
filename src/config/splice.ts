// Edits of a map's text that touch nothing but what they change: comments, order, quotes and alignment stay.
import { parseYaml, yamlPair, yamlScalar } from './yaml.js';
import type { Entry, GroupNode, Node, Plain } from './yaml.js';

/** Why a place cannot be edited, in words. */
export interface Refusal {
  readonly refused: string;
}

/** The text with the value at `path` set, or why that is not possible. Missing groups on the way are made. */
export function setInText(text: string, path: readonly string[], value: Plain): string | Refusal {
  return edit(text, path, (steps) => {
    const { groups, rest } = steps;
    const last = groups.at(-1);
    const [key, ...deeper] = rest;
    if (last === undefined) return { refused: 'it lies below a list' };
    if (key === undefined) return replaceValue(text, groups, value);
    const nested = deeper.reduceRight<Plain>((inner, name) => ({ [name]: inner }), value);
    return insert(text, groups, key, nested);
  });
}

/** The text without the key at `path`; the same text where it is not there. */
export function removeFromText(text: string, path: readonly string[]): string | Refusal {
  return edit(text, path, ({ groups, rest }) => {
    const step = groups.at(-1);
    if (rest.length > 0 || step?.entry === undefined) return text;
    const parent = groups.at(-2)?.node;
    if (parent?.kind !== 'group') return { refused: 'it is the whole map' };
    return parent.flow ? removeFlow(text, parent, step.entry) : removeLines(text, step.entry);
  });
}

/** A node on the way to the path, with the entry that holds it. */
interface Step {
  readonly node: Node;
  readonly entry: Entry | undefined;
}

interface Steps {
  readonly groups: readonly Step[];
  /** The keys that are not there yet. */
  readonly rest: readonly string[];
}

function edit(
  text: string,
  path: readonly string[],
  act: (steps: Steps) => string | Refusal,
): string | Refusal {
  const { node, problems } = parseYaml(text);
  if (problems[0] !== undefined) return { refused: problems[0].message };
  const groups: Step[] = [{ node, entry: undefined }];
  let current = node;
  for (const [index, key] of path.entries()) {
    if (current.kind === 'other') return { refused: 'it lies below a list' };
    if (current.kind === 'scalar' && !current.isNull) {
      return { refused: `${path.slice(0, index).join('.')} is '${current.text}' there, not a group of keys` };
    }
    const entry = current.kind === 'group' ? current.entries.find((other) => other.key === key) : undefined;
    if (entry === undefined) return act({ groups, rest: path.slice(index) });
    if (entry.value.aliased) return { refused: 'it refers to another place by an alias' };
    groups.push({ node: entry.value, entry });
    current = entry.value;
  }
  return act({ groups, rest: [] });
}

function replaceValue(text: string, groups: readonly Step[], value: Plain): string | Refusal {
  const step = groups.at(-1);
  const parent = groups.at(-2)?.node;
  if (step?.entry === undefined || parent?.kind !== 'group') return { refused: 'it is the whole map' };
  const { node, entry } = step;
  if (node.kind === 'scalar' && typeof value !== 'object') {
    const scalar = yamlScalar(value, isInFlow(groups));
    if (node.isNull && node.text === '') return splice(text, afterColon(text, entry), 0, ` ${scalar}`);
    return splice(text, node.at.start, node.at.end - node.at.start, scalar);
  }
  const without = parent.flow ? removeFlow(text, parent, entry) : removeLines(text, entry);
  const path = groups.flatMap((other) => (other.entry === undefined ? [] : [other.entry.key]));
  return setInText(without, path, value);
}

function insert(text: string, groups: readonly Step[], key: string, value: Plain): string | Refusal {
  const { node, entry } = groups.at(-1) ?? {};
  if (node?.kind === 'group' && node.flow && (node.entries.length > 0 || isInFlow(groups.slice(0, -1)))) {
    return insertFlow(text, node, key, value);
  }
  const bare = node?.kind === 'group' && node.flow ? withoutEmptyBraces(text, node, entry) : text;
  const last = node?.kind === 'group' ? node.entries.at(-1) : undefined;
  if (last === undefined && isInFlow(groups.slice(0, -1)) && entry !== undefined) {
    return splice(text, afterColon(text, entry), 0, ` { ${yamlPair(key, value, true)} }`);
  }
  const siblingIsFlow = last?.value.kind === 'group' && last.value.flow && typeof value === 'object';
  const step = indentStep(groups);
  const indent = last === undefined ? childIndent(groups, step) : last.keyAt.column - 1;
  const pair = siblingIsFlow ? `${yamlKey(key)}: { ${flowInner(value)} }` : yamlPair(key, value, false);
  const from = last === undefined ? (entry?.keyAt.end ?? bare.length) : endOf(last);
  return insertLines(bare, from, indentLines(pair, indent, step));
}

/** `users: {}` becomes `users:`, to take its entries as lines. */
function withoutEmptyBraces(text: string, node: GroupNode, entry: Entry | undefined): string {
  const start = entry === undefined ? node.at.start : afterColon(text, entry);
  return splice(text, start, node.at.end - start, '');
}

function flowInner(value: Plain): string {
  if (typeof value !== 'object') return yamlScalar(value, true);
  return Object.entries(value)
    .map(([key, part]) => yamlPair(key, part, true))
    .join(', ');
}

function yamlKey(key: string): string {
  return yamlPair(key, 0, false).replace(/: 0$/, '');
}

function insertFlow(text: string, node: GroupNode, key: string, value: Plain): string {
  const pair = yamlPair(key, value, true);
  const last = node.entries.at(-1);
  if (last !== undefined) return splice(text, endOf(last), 0, `, ${pair}`);
  return splice(text, node.at.start, node.at.end - node.at.start, `{ ${pair} }`);
}

/** Puts lines behind the line in which `offset` lies. */
function insertLines(text: string, offset: number, lines: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const block = lines.replaceAll('\n', newline);
  const atLineStart = offset > 0 && text[offset - 1] === '\n';
  const end = atLineStart ? offset - 1 : text.indexOf('\n', offset);
  if (end === -1) return text === '' ? block + newline : text + newline + block + newline;
  return splice(text, end + 1, 0, block + newline);
}

/** Removes the lines of a pair of a block group, comments on these lines included. */
function removeLines(text: string, entry: Entry): string {
  const start = entry.keyAt.start - (entry.keyAt.column - 1);
  const end = endOf(entry);
  const newline = end > 0 && text[end - 1] === '\n' ? end - 1 : text.indexOf('\n', end);
  return splice(text, start, (newline === -1 ? text.length : newline + 1) - start, '');
}

function removeFlow(text: string, parent: GroupNode, entry: Entry): string {
  const index = parent.entries.indexOf(entry);
  const next = parent.entries[index + 1];
  const before = parent.entries[index - 1];
  const start = next === undefined && before !== undefined ? endOf(before) : entry.keyAt.start;
  const end = next === undefined ? endOf(entry) : next.keyAt.start;
  return splice(text, start, end - start, '');
}

/** Where a pair ends, trailing comments not included. */
function endOf(entry: Entry): number {
  const { value } = entry;
  const last = value.kind === 'group' && !value.flow ? value.entries.at(-1) : undefined;
  return last === undefined ? Math.max(entry.keyAt.end, value.at.end) : endOf(last);
}

function afterColon(text: string, entry: Entry): number {
  return text.indexOf(':', entry.keyAt.end) + 1;
}

function isInFlow(groups: readonly Step[]): boolean {
  return groups.some(({ node }) => node.kind === 'group' && node.flow);
}

/** How far this map's author indents. */
function indentStep(groups: readonly Step[]): number {
  const root = groups[0]?.node;
  const nested = root?.kind === 'group' ? root.entries.map(({ value }) => value) : [];
  const group = nested.find((node) => node.kind === 'group' && !node.flow && node.entries.length > 0);
  const column = group?.kind === 'group' ? group.entries[0]?.keyAt.column : undefined;
  return column === undefined ? 2 : Math.max(1, column - 1);
}

function childIndent(groups: readonly Step[], step: number): number {
  const parent = groups.at(-1)?.entry;
  return parent === undefined ? 0 : parent.keyAt.column - 1 + step;
}

function indentLines(block: string, indent: number, step: number): string {
  return block
    .split('\n')
    .map((line) => {
      const own = /^ */.exec(line)?.[0].length ?? 0;
      return ' '.repeat(indent + (own / 2) * step) + line.slice(own);
    })
    .join('\n');
}

function splice(text: string, start: number, count: number, insertion: string): string {
  return text.slice(0, start) + insertion + text.slice(start + count);
}
