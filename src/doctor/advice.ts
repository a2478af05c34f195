// What to do about an error that a client got, by the server's number or the system's code.

import type { ClientFailure } from './client.js';

type Advice = (user: string) => readonly string[];

const byNumber: Readonly<Record<number, Advice>> = {
  1040: (user) => [
    `All sessions of the port are taken: see who has them with "chronos-fleet status ${user} --json", or raise max_sessions.`,
  ],
  1044: () => [
    'The backend account may not use that schema: ask for the right, or set backend.database to one it may use.',
  ],
  1045: (user) => [
    'The login of the port is the backend account and its password, unless the port map has a "client" entry for the user.',
    `See "chronos-fleet logs ${user} --level warn" for who tried, and check "client" and "backend.password_file" in config/fleet.yaml.`,
  ],
  1049: (user) => [
    `That schema does not exist on the backend: chronos-fleet set ${user} backend.database=<an existing one>`,
  ],
  1053: (user) => [
    `The instance is being stopped or restarted: try again in a moment, or run "chronos-fleet up ${user}".`,
  ],
  1205: (user) => [
    'The backend was busy for longer than queue_timeout; the message says who holds it.',
    `Let that session finish or end it, or raise queue_timeout: chronos-fleet set ${user} backend.queue_timeout=120`,
  ],
  1226: () => [
    'The backend counts another connection of this account: find who else uses it, since it takes only one.',
  ],
  1637: (user) => [
    `More commands wait than max_queue_size allows; the message says who holds the backend. chronos-fleet set ${user} backend.max_queue_size=200`,
  ],
  2013: (user) => [
    `The backend went away during the statement. "chronos-fleet logs ${user} --since 10m" has when and why.`,
  ],
  3159: () => ['The port asks for TLS (tls.required): switch it on in the client.'],
};

const byCode: Readonly<Record<string, Advice>> = {
  ECONNREFUSED: (user) => [
    `Nothing listens there: chronos-fleet up ${user}, then chronos-fleet status ${user}`,
  ],
  ETIMEDOUT: (user) => [
    'The port does not answer: a firewall in between, or an instance that hangs.',
    `See "chronos-fleet status ${user}" on the machine of the fleet.`,
  ],
  ENOTFOUND: () => ['The host name is not known: check backend.host and the name service of this machine.'],
  PROTOCOL_SEQUENCE_TIMEOUT: (user) => [
    `No answer in time: "chronos-fleet status ${user}" shows what runs on the backend, and who waits.`,
  ],
  PROTOCOL_CONNECTION_LOST: (user) => [
    `The connection was closed without an error, which the port never does by itself: see "chronos-fleet logs ${user}".`,
  ],
  ECONNRESET: (user) => [
    `The connection was reset (on Windows: WinError 64 or 10054): see "chronos-fleet logs ${user}" and what stands between.`,
  ],
};

/** Never empty. */
export function adviceFor({ errno, code }: ClientFailure, user: string): readonly string[] {
  const advice = (errno === null ? undefined : byNumber[errno]) ?? byCode[code];
  return advice?.(user) ?? [`See "chronos-fleet logs ${user} --since 10m" for what the instance saw.`];
}
