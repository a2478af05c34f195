// Who would listen where: two that cannot, an instance that would be its own backend, one account used twice.
import { addressesCollide, isLoopback } from './addresses.js';
import type { Report } from './report.js';
import type { Scope } from './scope.js';
import type { InstanceSettings } from './types.js';
import type { Place } from './yaml.js';

export interface ResolvedUser {
  readonly scope: Scope;
  readonly settings: InstanceSettings;
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly at: Place;
  readonly path: string;
}

/** Reports ports that two listeners of the fleet would share. */
export function checkPorts(users: readonly ResolvedUser[], demo: Endpoint | undefined, report: Report): void {
  const taken = new Map<number, Endpoint[]>();
  for (const endpoint of [...(demo === undefined ? [] : [demo]), ...users.flatMap(endpointsOf)]) {
    const others = taken.get(endpoint.port) ?? [];
    const other = others.find(({ address }) => addressesCollide(address, endpoint.address));
    if (other !== undefined) {
      const holder = `${other.path} (line ${other.at.line}, ${other.address})`;
      const hint = `${endpoint.port} is also ${holder}; give one of them another port`;
      report.error(endpoint.at, endpoint.path, hint);
    }
    taken.set(endpoint.port, [...others, endpoint]);
  }
}

function endpointsOf({ scope, settings }: ResolvedUser): Endpoint[] {
  const endpoint = (key: 'port' | 'admin_port', address: string): Endpoint[] => {
    const given = scope.given.get(key);
    if (typeof given?.value !== 'number') return [];
    return [{ address, port: given.value, at: given.at, path: `${scope.path}.${key}` }];
  };
  return [...endpoint('port', settings.listen), ...endpoint('admin_port', '127.0.0.1')];
}

/** Reports backends that are ports of this very fleet, and warns of accounts that two instances use. */
export function checkBackends(users: readonly ResolvedUser[], report: Report): void {
  const accounts = new Map<string, ResolvedUser[]>();
  for (const user of users) {
    const { scope, settings } = user;
    const { backend } = settings;
    const self = users.find(
      (other) => other.settings.port === backend.port && reaches(backend.host, other.settings.listen),
    );
    if (self !== undefined) {
      const hint = `${backend.host}:${backend.port} is the port of user ${self.settings.user} in this map; name the real backend`;
      report.error(scope.given.get('backend.host')?.at ?? scope.at, `${scope.path}.backend`, hint);
    }
    if (backend.demo === true) continue;
    const account = JSON.stringify([backend.host, backend.port, backend.user]);
    accounts.set(account, [...(accounts.get(account) ?? []), user]);
  }
  for (const sharers of accounts.values()) warnOfSharing(sharers, report);
}

/** Once an account, however many use it. */
function warnOfSharing([first, ...others]: readonly ResolvedUser[], report: Report): void {
  const [second] = others;
  if (first === undefined || second === undefined) return;
  const more = others.length > 1 ? `, and so do ${others.length - 1} more` : '';
  const hint = `uses the same account as ${first.settings.user} ('${first.settings.backend.user}')${more}; a backend that takes one connection per account refuses all but one of them`;
  report.warn(second.scope.at, `${second.scope.path}.backend.user`, hint);
}

/** Whether connecting to `host` on this machine may meet a listener on `listen`. */
function reaches(host: string, listen: string): boolean {
  return host === listen || (isLoopback(host) && (host === 'localhost' || addressesCollide(host, listen)));
}
