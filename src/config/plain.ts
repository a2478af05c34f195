// A map's tree as plain values, to say what an edit of its text must come to.
import type { Node, Plain } from './yaml.js';

/** Groups as objects, scalars as their text, null for what is empty. */
export type PlainTree = string | null | { readonly [key: string]: PlainTree };

export function isGroup(tree: PlainTree | undefined): tree is Readonly<Record<string, PlainTree>> {
  return typeof tree === 'object' && tree !== null;
}

export function plainOf(node: Node): PlainTree {
  if (node.kind === 'scalar') return node.isNull ? null : node.text;
  if (node.kind === 'other') return `(not a group, line ${node.at.line})`;
  // An emptied group is the same as none: removing the last key of a block leaves nothing behind its colon.
  if (node.entries.length === 0) return null;
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
}

/** A copy of `tree` with `value` at `path`. */
export function setPlain(tree: PlainTree, path: readonly string[], value: Plain): PlainTree {
  const [key, ...rest] = path;
  if (key === undefined) return plainOfValue(value);
  const group = typeof tree === 'object' && tree !== null ? tree : {};
  const inner = Object.hasOwn(group, key) ? (group[key] ?? null) : null;
  return { ...group, [key]: setPlain(inner, rest, value) };
}

/** A copy of `tree` without the key at `path`. */
export function removePlain(tree: PlainTree, path: readonly string[]): PlainTree {
  const [key, ...rest] = path;
  if (key === undefined || typeof tree !== 'object' || tree === null || !Object.hasOwn(tree, key))
    return tree;
  if (rest.length > 0) return { ...tree, [key]: removePlain(tree[key] ?? null, rest) };
  const others = Object.entries(tree).filter(([name]) => name !== key);
  return others.length === 0 ? null : Object.fromEntries(others);
}

function plainOfValue(value: Plain): PlainTree {
  if (typeof value !== 'object') return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainOfValue(part)]));
}
