// One backend that is away is one incident: in the status of many users, and in what the supervisor tells.
import { describe, expect, it } from 'vitest';
import { withIncidents } from '../../src/cli/incidents.js';
import type { InstanceRow } from '../../src/hub/instance-row.js';
import { incidentsOf, troubleOf } from '../../src/supervisor/incident.js';
import type { Trouble } from '../../src/supervisor/incident.js';
import { compare, tellBlinks } from '../../src/supervisor/incident-watch.js';
import { wordsOf } from '../../src/supervisor/supervisor-events.js';
import type { SupervisorEvent } from '../../src/supervisor/supervisor-events.js';
import { settingsOf, statusOf } from '../supervisor/fixtures.js';

const refused = 'connect ECONNREFUSED 10.0.0.1:3306';
const many = (count: number, reason = refused, backend = 'db:3306'): Trouble[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ user: `user${String(index).padStart(3, '0')}`, backend, since: 1_000 + index, reason },
  }));

describe('incidents', () => {
  it('are one for 180 users of one backend, since the first of them', () => {
    const [incident, ...others] = incidentsOf(many(180));
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ backend: 'db:3306', words: 'refuses connections', since: 1_000 });
    expect(incident?.users).toHaveLength(180);
  });

  it('are one also while some have not noticed more than the loss', () => {
    const troubles = [...many(3, 'read ECONNRESET'), ...many(5)];
    expect(incidentsOf(troubles).map(({ words }) => words)).toEqual(['refuses connections']);
  });

  it('are told apart by backend, and by whether it is the login; the largest first', () => {
    const denied = many(2, "1045 (28000) Access denied for user 'a'");
    const found = incidentsOf([...many(1, refused, 'other:3306'), ...many(3), ...denied]);
    expect(found.map(({ backend, fault, users }) => [backend, fault, users.length])).toEqual([
      ['db:3306', 'connection', 3],
      ['db:3306', 'login', 2],
      ['other:3306', 'connection', 1],
    ]);
  });

  it.each([
    ['1226 (42000) User has exceeded max_user_connections', 'has no connection free'],
    ['getaddrinfo ENOTFOUND db', 'is not known by that name'],
    ['the backend did not answer within 10 s of the login', 'does not answer'],
    ["1049 (42000) Unknown database 'x'", 'has not the schema'],
    ['the backend sent something that is no reply', 'cannot be used'],
  ])('say what it is: %s', (reason, words) => {
    expect(incidentsOf(many(1, reason))[0]?.words).toBe(words);
  });

  it('know nothing of an instance that is connected', () => {
    expect(troubleOf(statusOf('ann', { backend: [{ state: 'idle' }] }), settingsOf('ann'))).toBeUndefined();
    const down = statusOf('ann', { backend: [{ state: 'down', lastError: refused, downSince: 7 }] });
    expect(troubleOf(down, settingsOf('ann'))).toEqual({
      ...{ user: 'ann', backend: '127.0.0.1:3306', since: 7, reason: refused },
    });
  });
});

describe('the supervisor', () => {
  const told: SupervisorEvent[] = [];
  const tell = (event: SupervisorEvent): void => void told.push(event);

  it('tells of an incident when it opens and when it closes, and not while users come and go', () => {
    let open = compare([], incidentsOf(many(90)), 2_000, tell);
    open = compare(open, incidentsOf(many(180)), 6_000, tell);
    open = compare(open, incidentsOf(many(20)), 10_000, tell);
    expect(told.map(({ type }) => type)).toEqual(['incident-opened']);
    expect(compare(open, [], 31_000, tell)).toEqual([]);
    expect(told.map((event) => wordsOf(event)[1])).toEqual([
      'backend db:3306 refuses connections: 90 users (user000, user001, user002, user003, user004 and others); they go on trying',
      'backend db:3306 is back, after 30 s; it was away for 180 users',
    ]);
  });

  it('tells once of a backend that was lost and had again before it looked', () => {
    told.length = 0;
    const look = (user: string, losses: number, trouble?: Trouble) => ({
      ...{ user, backend: 'db:3306', trouble, losses },
    });
    const before = new Map([
      ['ann', 1],
      ['bob', 1],
      ['cyd', 1],
    ]);
    const away = many(1)[0];
    // Dan is new to the supervisor; cyd's loss is an incident.
    tellBlinks([look('ann', 2), look('bob', 2), look('cyd', 2, away), look('dan', 5)], before, tell);
    expect(told).toEqual([{ type: 'backend-blinked', backend: 'db:3306', count: 2, users: ['ann', 'bob'] }]);
  });
});

describe('the table of status', () => {
  const rowOf = (user: string, state: InstanceRow['state']): InstanceRow =>
    ({ user, state, reason: `backend: ${refused}; a long piece of advice` }) as unknown as InstanceRow;

  it('has one line on top for all, and rows that are short', () => {
    const instances = many(180).map(({ user }) => rowOf(user, 'degraded'));
    const { lines, rows } = withIncidents({ instances, incidents: incidentsOf(many(180)) });
    expect(lines).toEqual([
      expect.stringMatching(/^backend db:3306 refuses connections: 180 users, since .*00:01, retrying$/),
    ]);
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(['waits for backend db:3306']));
  });

  it('leaves to a single user, and to whose login is refused, their own words', () => {
    const instances = [rowOf('user000', 'degraded'), rowOf('user001', 'degraded')];
    expect(withIncidents({ instances, incidents: incidentsOf(many(1)) })).toEqual({
      lines: [],
      rows: instances,
    });
    const denied = incidentsOf(many(2, '1045 (28000) Access denied'));
    expect(withIncidents({ instances, incidents: denied })).toMatchObject({
      lines: [expect.stringContaining('refuses the login: 2 users')],
      rows: instances,
    });
  });
});
