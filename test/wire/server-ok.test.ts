// OK packets of a real server, with and without session tracking: the client of the latter must not see the difference.
import { expect, it } from 'vitest';
import { frame } from '../../src/wire/framing.js';
import { readOk, writeOk } from '../../src/wire/reply-packets.js';
import { useMariadb } from '../support/mariadb.js';
import { connectRaw } from '../support/raw-client.js';
import { capability, usualCapabilities } from '../support/raw-login.js';
import { feed, track } from './tracking.js';

const server = useMariadb();

/** Each changes something, says something, or both. */
const statements = [
  'CREATE TEMPORARY TABLE tracked (id INT PRIMARY KEY AUTO_INCREMENT, a INT)',
  'INSERT INTO tracked (a) VALUES (1), (2), (3)',
  'UPDATE tracked SET a = a + 1',
  'SET NAMES latin1',
  'SET time_zone = "+02:00"',
  'BEGIN',
  'DELETE FROM tracked',
  'COMMIT',
  'DO 1',
];

it('say the same to a client that did not ask for session tracking', async () => {
  const account = await server.createAccount();
  const options = {
    port: server.port,
    user: account.user,
    password: account.password,
    schema: account.schema,
  };
  const plain = await connectRaw(options);
  const told = await connectRaw({ ...options, capabilities: usualCapabilities | capability.SESSION_TRACK });
  await told.query("SET session_track_system_variables = '*'");
  let changes = 0;
  for (const sql of statements) {
    const [expected] = await plain.query(sql);
    const [tracked] = await told.query(sql);
    if (tracked === undefined || expected === undefined) throw new Error(`no reply: ${sql}`);
    const ok = readOk(tracked.payload, true);
    changes += ok.changes.length;
    expect([sql, frame(writeOk(ok), 1)]).toEqual([sql, expected.bytes]);
    expect([sql, frame(writeOk(readOk(expected.payload, false)), 1)]).toEqual([sql, expected.bytes]);
    const tracking = track('query', { tracked: true });
    feed(tracking, tracked.bytes);
    expect([sql, tracking.forwarded()]).toEqual([sql, expected.bytes]);
  }
  expect(changes).toBeGreaterThan(3);
  await plain.quit();
  await told.quit();
});
