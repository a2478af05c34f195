// One scope of the port map (`defaults`, or one user): its keys found, checked and converted, the unknown ones refused.
import { convert, expected } from './kinds.js';
import type { Value } from './kinds.js';
import { groupPaths, isKeyPath, keyRow, namesIn, standsIn } from './keys.js';
import type { KeyPath } from './keys.js';
import { substitute } from './environment.js';
import type { Environment } from './environment.js';
import type { Report } from './report.js';
import { suggestion } from './suggest.js';
import type { GroupNode, Node, Place, ScalarNode } from './yaml.js';

/** A key that was given. `value` is undefined where it is wrong (which was reported), null where it is unset (`tls: off`). */
export interface Given {
  readonly at: Place;
  readonly value: Value | null | undefined;
  /** Written in the map itself, not filled in from the environment. */
  readonly literal: boolean;
}

export interface Scope {
  readonly kind: 'user' | 'defaults';
  /** `users.<name>` or `defaults`. */
  readonly path: string;
  /** Where the scope itself stands, for what is missing in it. */
  readonly at: Place;
  readonly given: ReadonlyMap<KeyPath, Given>;
}

/** Reads a scope. A missing or empty node is an empty scope. */
export function readScope(
  kind: Scope['kind'],
  path: string,
  at: Place,
  node: Node | undefined,
  environment: Environment,
  report: Report,
): Scope {
  const given = new Map<KeyPath, Given>();

  const readKey = (key: KeyPath, value: Node): void => {
    if (!standsIn(key, kind)) {
      const place = kind === 'user' ? 'in defaults' : 'in a user, users.<name>';
      report.error(value.at, `${path}.${key}`, `this key stands only ${place}`);
    } else if (value.kind === 'scalar' && !value.isNull) {
      given.set(key, convertScalar(key, `${path}.${key}`, value, environment, report));
    } else {
      given.set(key, { at: value.at, value: undefined, literal: true });
      report.error(value.at, `${path}.${key}`, `has no value; give ${expected(keyRow(key).kind)}`);
    }
  };

  const readGroup = (group: string, value: Node): void => {
    if (value.kind === 'group') readEntries(group, value);
    else if (value.kind === 'scalar' && value.isNull) return;
    else if (value.kind === 'scalar' && group === 'backend.tls') readKey('backend.tls.mode', value);
    else if (value.kind === 'scalar' && group === 'tls' && value.text === 'off') unsetTls(value.at, given);
    else report.error(value.at, `${path}.${group}`, `give ${groupExpected(group, kind)}`);
  };

  const readEntries = (group: string, value: GroupNode): void => {
    for (const entry of value.entries) {
      const key = group === '' ? entry.key : `${group}.${entry.key}`;
      if (isKeyPath(key)) readKey(key, entry.value);
      else if (groupPaths.has(key)) readGroup(key, entry.value);
      else report.error(entry.keyAt, `${path}.${key}`, unknownKey(entry.key, group, kind));
    }
  };

  if (node?.kind === 'group') readEntries('', node);
  else if (node !== undefined && !(node.kind === 'scalar' && node.isNull)) {
    report.error(node.at, path, `give keys, such as ${namesIn('', kind).slice(0, 3).join(', ')}`);
  }
  return { kind, path, at, given };
}

function convertScalar(
  key: KeyPath,
  path: string,
  node: ScalarNode,
  environment: Environment,
  report: Report,
): Given {
  const { text, missing, filled } = substitute(node.text, environment);
  for (const name of missing) report.error(node.at, path, undefinedVariable(name));
  const row = keyRow(key);
  const value = missing.length > 0 ? undefined : convert(row.kind, text);
  if (value === undefined && missing.length === 0) {
    const shown = row.secret === true ? 'this value' : filled ? `what ${node.text} stands for` : `'${text}'`;
    report.error(node.at, path, `${shown} is not possible; give ${expected(row.kind)}`);
  }
  return { at: node.at, value, literal: !filled };
}

function undefinedVariable(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name)
    ? `\${${name}} is not defined, neither in the environment nor in .env beside the map`
    : '${ must be followed by a name and }, as in ${NAME}; for the characters themselves write $${';
}

function unknownKey(name: string, group: string, kind: Scope['kind']): string {
  const known = namesIn(group, kind);
  const elsewhere = [...groupPaths].find((other) => other !== group && isKeyPath(`${other}.${name}`));
  if (elsewhere !== undefined) return `unknown key here; it stands in ${elsewhere}`;
  if (isKeyPath(name)) return `unknown key here; it does not stand in ${group}, but beside it`;
  const hint = suggestion(name, known);
  return hint === '' ? `unknown key; known here are ${known.join(', ')}` : `unknown key${hint}`;
}

function groupExpected(group: string, kind: Scope['kind']): string {
  const keys = `{ ${namesIn(group, kind).join(', ')} }`;
  if (group === 'tls') return `off, or ${keys}`;
  return group === 'backend.tls' ? `off, on, verify, or ${keys}` : keys;
}

/** `tls: off` in a user hides the certificate of `defaults`. */
function unsetTls(at: Place, given: Map<KeyPath, Given>): void {
  for (const key of ['tls.cert_file', 'tls.key_file', 'tls.required'] as const) {
    given.set(key, { at, value: null, literal: true });
  }
}
