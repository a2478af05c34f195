// What a session is told that held the connection when it was lost: 1213 (try it all again) only where nothing can have happened.
import { describe, expect, it } from 'vitest';
import { useStage } from './stage.js';

const stage = useStage();

const count = async (): Promise<string | null | undefined> =>
  (await stage.two.rows('SELECT COUNT(*) FROM t'))[0]?.[0];

describe('a loss under a session that holds the connection', () => {
  it.each(['COMMIT', 'COMMIT AND CHAIN', 'CREATE TABLE u (a INT)', 'SET autocommit = 1'])(
    'that has just sent %s says that it may have run, and it has',
    async (commit) => {
      await stage.start();
      await stage.one.query('SET autocommit = 0');
      await stage.one.query('INSERT INTO t (n) VALUES (6)');
      stage.relay.cutAfterBytes(0);
      const error = await stage.one.failure(commit);
      expect(error).toMatchObject({ errno: 2013, sqlState: 'HY000' });
      expect(error.message).toContain('transaction');
      expect(await count()).toBe('6');
    },
  );

  it('by table locks and not by a transaction says of a write that it may have run, and it has', async () => {
    await stage.start();
    await stage.one.query('LOCK TABLES t WRITE');
    // What the server has to be asked first (whether a trigger does more than is seen) is known from then on.
    await stage.one.query('INSERT INTO t (n) VALUES (6)');
    stage.relay.cutAfterBytes(0);
    const error = await stage.one.failure('INSERT INTO t (n) VALUES (6)');
    expect(error).toMatchObject({ errno: 2013, sqlState: 'HY000' });
    expect(error.message).toContain('table locks');
    expect(await count()).toBe('7');
  });

  it.each(['INSERT INTO t (n) VALUES (6)', 'DELETE FROM t', 'SELECT * FROM t FOR UPDATE', 'ROLLBACK TO s'])(
    'by a transaction that has just sent %s lets it begin the transaction again, for nothing of it stays',
    async (statement) => {
      await stage.start();
      await stage.one.query('BEGIN');
      await stage.one.query('INSERT INTO t (n) VALUES (7)');
      await stage.one.query('SAVEPOINT s');
      stage.relay.cutAfterBytes(0);
      expect(await stage.one.failure(statement)).toMatchObject(
        statement.startsWith('ROLLBACK') ? { errno: 2013 } : { errno: 1213, sqlState: '40001' },
      );
      expect(await count()).toBe('5');
      expect(await stage.one.rows('SELECT @@time_zone')).toEqual([['+01:00']]);
    },
  );
});
