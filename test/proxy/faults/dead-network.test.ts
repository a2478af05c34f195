// A network that dies without a word under a statement: the machine across acknowledges nothing, and the session does not wait for it.
import { describe, expect, it } from 'vitest';
import { useInstances } from '../../support/instance.js';
import { useMariadb } from '../../support/mariadb.js';
import { noOtherHost, startOtherHost } from '../../support/other-host.js';

const server = useMariadb();
const instances = useInstances();
const missing = noOtherHost() ?? (server.foreign === true ? 'the server is somebody else’s' : undefined);

describe(`a network that dies${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== undefined)(
    'before a statement arrives is noticed within seconds, and the read runs on the next connection',
    async () => {
      const account = await server.createAccount();
      const there = await startOtherHost(server);
      try {
        const instance = await instances.start(there, account, {
          readTimeoutMs: 500,
          connectTimeoutMs: 2_000,
          backend: { poolPrePing: false },
        });
        const session = await instance.login();
        await session.rows('SELECT 1');
        await there.pullLink();
        const answer = session.rows('SELECT 6 * 7');
        const { reason } = await instance.event('backend-lost');
        expect(reason).toContain('does not acknowledge');
        await there.plugLink();
        expect(await answer).toEqual([['42']]);
        expect(instance.status().counters).toMatchObject({ backendLosses: 1, retriedReads: 1 });
      } finally {
        await there.remove();
      }
    },
    60_000,
  );
});
