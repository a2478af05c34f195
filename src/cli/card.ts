// How to reach a user's port: what add shows when it is done.
import { hostname } from 'node:os';
import { isLoopback, isWildcard } from '../config/addresses.js';
import type { InstanceSettings } from '../config/types.js';
import type { Context } from './context.js';

export interface Card {
  readonly user: string;
  /** Where clients connect to. */
  readonly host: string;
  readonly port: number;
  /** What clients log in with. */
  readonly login: string;
  readonly needsPassword: boolean;
  readonly database?: string;
  /** The MariaDB command line for it, to be typed on this machine. */
  readonly command: string;
}

/** The card of a user; no secret is on it. */
export function cardOf(settings: InstanceSettings): Card {
  const { user, listen, port, client, backend } = settings;
  const everywhere = isWildcard(listen);
  const local = everywhere ? (listen === '::' ? '::1' : '127.0.0.1') : listen;
  const login = client.password === '' ? [] : [`-u ${shellWord(client.user)}`, '-p'];
  return {
    user,
    host: everywhere ? hostname() : listen,
    port,
    login: client.user,
    needsPassword: client.password !== '',
    ...(backend.database === undefined ? {} : { database: backend.database }),
    command: ['mariadb', `-h ${local}`, `-P ${port}`, ...login].join(' '),
  };
}

export function printCard(settings: InstanceSettings, started: boolean, context: Context): void {
  const { user } = settings;
  const state = started
    ? context.style('green', 'is started')
    : 'is in the map; "chronos-fleet up" starts it (a running supervisor does so by itself)';
  context.print(`${context.style('bold', user)} ${state}`);
  for (const line of cardLines(settings)) context.print(line);
  context.print(`  try it   ${cardOf(settings).command}`);
}

/** The card for people, a line for each of its fields. */
export function cardLines(settings: InstanceSettings): string[] {
  const { host, port, login, needsPassword, database } = cardOf(settings);
  const reach = isLoopback(settings.listen) ? `${host} (this machine only)` : host;
  const { client, backend } = settings;
  const whose =
    client.password === backend.password ? "the backend account's password" : 'the password under client:';
  return [
    `  host     ${reach}`,
    `  port     ${port}`,
    `  login    ${login}, ${needsPassword ? whose : 'no password'}`,
    ...(database === undefined ? [] : [`  schema   ${database}`]),
  ];
}

/** A word as a shell takes it, quoted where it must be. */
function shellWord(word: string): string {
  return /^[\w.@%+=:,/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
