// The JSON schema that the table of keys comes to; config/fleet.schema.json is held against it.
import { groupPaths, isKeyPath, keyPaths, keyRow, namesIn } from '../../src/config/keys.js';
import type { KeyPath } from '../../src/config/keys.js';
import type { Kind } from '../../src/config/kinds.js';

type Schema = Readonly<Record<string, unknown>>;

/** A value that the environment gives may stand for any other. */
const variable: Schema = { type: 'string', pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$' };

/** The schema of a whole port map, for editors. */
export function schemaOfKeys(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Port map of Chronos Fleet',
    description: 'Who has which port, and which backend stands behind it.',
    definitions: {
      variable,
      ...Object.fromEntries(keyPaths.map((path) => [path, key(path)])),
    },
    type: 'object',
    required: ['version', 'users'],
    additionalProperties: false,
    properties: {
      version: { const: 1, description: 'Version of this format.' },
      defaults: {
        ...nullable(group('', 'defaults')),
        description: 'Keys for every user that does not give its own.',
      },
      users: {
        type: ['object', 'null'],
        description: 'One entry per user; the name becomes that of a folder and a process.',
        propertyNames: { pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' },
        additionalProperties: group('', 'user'),
      },
    },
  };
}

function nullable(schema: Schema): Schema {
  return { ...schema, type: ['object', 'null'] };
}

function group(path: string, scope: 'user' | 'defaults'): Schema {
  const members = namesIn(path, scope).map((name) => {
    const full = path === '' ? name : `${path}.${name}`;
    return [name, isKeyPath(full) ? reference(full) : subgroup(full, scope)] as const;
  });
  const required = path === '' && scope === 'user' ? { required: ['port'] } : {};
  return {
    type: 'object',
    ...required,
    additionalProperties: false,
    properties: Object.fromEntries(members),
  };
}

function subgroup(path: string, scope: 'user' | 'defaults'): Schema {
  if (!groupPaths.has(path)) throw new Error(`${path} is neither a key nor a group`);
  const full = nullable(group(path, scope));
  if (path === 'tls') return { anyOf: [{ const: 'off' }, full], description: 'TLS towards clients.' };
  if (path !== 'backend.tls') return full;
  return { anyOf: [{ enum: ['off', 'on', 'verify'] }, full], description: 'TLS towards the backend.' };
}

const reference = (name: string): Schema => ({ $ref: `#/definitions/${name}` });

function key(path: KeyPath): Schema {
  const row = keyRow(path);
  const described = { description: row.doc, ...(row.default === undefined ? {} : { default: row.default }) };
  const own = ofKind(row.kind);
  return acceptsText(row.kind)
    ? { ...own, ...described }
    : { anyOf: [own, reference('variable')], ...described };
}

function acceptsText(kind: Kind): boolean {
  return ['text', 'address', 'host', 'file'].includes(kind.is);
}

function ofKind(kind: Kind): Schema {
  switch (kind.is) {
    case 'integer':
      return { type: 'integer', minimum: kind.min, maximum: kind.max };
    case 'seconds':
      return { type: 'number', minimum: kind.min, maximum: kind.max };
    case 'depth':
      return { anyOf: [{ const: 'auto' }, { type: 'integer', minimum: kind.min, maximum: kind.max }] };
    case 'size':
      return {
        anyOf: [{ type: 'string', pattern: '^[0-9]+(\\.[0-9]+)? ?([KMGTkmgt]?[Bb])$' }, { const: 0 }],
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { enum: kind.of };
    case 'text':
      return {
        type: ['string', 'number', 'boolean'],
        maxLength: kind.maxLength,
        ...(kind.empty ? {} : { minLength: 1 }),
      };
    case 'address':
    case 'host':
    case 'file':
      return { type: 'string', minLength: 1 };
  }
}
