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
  const card = cardOf(settings);
  const reach = isLoopback(settings.listen) ? `${card.host} (this machine only)` : card.host;
  const state = started
    ? context.style('green', 'is started')
    : 'is in the map; "chronos-fleet up" starts it (a running supervisor does so by itself)';
  context.print(`${context.style('bold', card.user)} ${state}`);
  context.print(`  host     ${reach}`);
  context.print(`  port     ${card.port}`);
  context.print(
    `  login    ${card.login}${card.needsPassword ? ", the backend account's password" : ', no password'}`,
  );
  context.print(`  try it   ${card.command}`);
}

/** A word as a shell takes it, quoted where it must be. */
function shellWord(word: string): string {
  return /^[\w.@%+=:,/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
