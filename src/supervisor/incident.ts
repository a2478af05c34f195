// Users whose backend is away are one incident, however many they are: grouped by the backend, and by whether it is their login.
import type { InstanceSettings } from '../config/types.js';
import type { InstanceStatus } from '../observe/status.js';

/** One user's backend connection that cannot be had. */
export interface Trouble {
  readonly user: string;
  /** `host:port`. */
  readonly backend: string;
  /** Epoch ms since when there is none. */
  readonly since: number;
  /** What the instance was told. */
  readonly reason: string;
}

export interface Incident {
  /** `host:port`. */
  readonly backend: string;
  /** `login`: it is there and does not take the accounts; each user may have a cause of their own. */
  readonly fault: 'connection' | 'login';
  /** In words that follow the backend's name. */
  readonly words: string;
  /** In order of their names. */
  readonly users: readonly string[];
  /** Epoch ms: the first of them. */
  readonly since: number;
}

/** By what stands in the reason: the server's error number, or the system's code. The first that fits counts. */
const kinds: readonly (readonly [RegExp, Incident['fault'], string])[] = [
  [/\b(1044|1045|1698|3118)\b/, 'login', 'refuses the login'],
  [/\b1049\b/, 'login', 'has not the schema'],
  [/\b(1040|1203|1226)\b/, 'connection', 'has no connection free'],
  [/\bECONNREFUSED\b/, 'connection', 'refuses connections'],
  [/\b(ENOTFOUND|EAI_AGAIN)\b/, 'connection', 'is not known by that name'],
  [/\b(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b|\bwithin \d/, 'connection', 'does not answer'],
];

const otherwise = ['connection', 'cannot be used'] as const;

/** What keeps the instance from its backend; undefined where it is connected, or has not tried yet. */
export function troubleOf(
  { user, backend: connections }: Pick<InstanceStatus, 'user' | 'backend'>,
  settings: Pick<InstanceSettings, 'backend'>,
): Trouble | undefined {
  const away = connections.find(({ lastError }) => lastError !== undefined);
  if (away?.lastError === undefined) return undefined;
  return {
    user,
    backend: backendName(settings),
    since: away.downSince ?? Date.now(),
    reason: away.lastError,
  };
}

/** `host:port`, an IPv6 host in brackets. */
export function backendName({ backend: { host, port } }: Pick<InstanceSettings, 'backend'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The incidents that the troubles come to, that with the most users first. */
export function incidentsOf(troubles: readonly Trouble[]): Incident[] {
  const groups = new Map<string, (Trouble & { readonly words: string })[]>();
  for (const trouble of troubles) {
    const [fault, words] = faultOf(trouble.reason);
    const key = `${fault} ${trouble.backend}`;
    groups.set(key, [...(groups.get(key) ?? []), { ...trouble, words }]);
  }
  return [...groups]
    .map(([key, members]): Incident => ({
      backend: members[0]?.backend ?? '',
      fault: key.startsWith('login') ? 'login' : 'connection',
      words: mostFrequent(members.map(({ words }) => words)),
      users: members.map(({ user }) => user).sort(),
      since: Math.min(...members.map(({ since }) => since)),
    }))
    .sort((a, b) => b.users.length - a.users.length || a.since - b.since);
}

function faultOf(reason: string): readonly [Incident['fault'], string] {
  const [, fault, words] = kinds.find(([pattern]) => pattern.test(reason)) ?? [undefined, ...otherwise];
  return [fault, words];
}

/** The users of a backend that has just gone are told of it one after the other. */
function mostFrequent(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const each of words) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}
