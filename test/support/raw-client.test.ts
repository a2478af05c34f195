// The raw client itself, against the real server: what it reads must be right before it can judge the proxy.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useMariadb } from './mariadb.js';
import { command, connectRaw, errorOf, type RawLogin } from './raw-client.js';
import { maxPayload } from './raw-packets.js';

const server = useMariadb();
const login = async (more: Partial<RawLogin> = {}) => {
  const account = await server.createAccount();
  return connectRaw({
    host: server.host,
    port: server.port,
    user: account.user,
    password: account.password,
    ...more,
  });
};

describe('the raw client', () => {
  it('reads rows, errors and several results of one command', async () => {
    const client = await login();
    expect(await client.rows("SELECT 1, NULL, 'ü'")).toEqual([['1', null, 'ü']]);
    expect((await client.failure('SELECT nothing')).errno).toBe(1054);
    const reply = await client.query('SELECT 1; DO 0; SELECT 2');
    expect(reply.at(-1)?.payload[0]).toBe(0xfe);
    expect(await client.rows('SELECT 3')).toEqual([['3']]);
    await client.quit();
  });

  it('prepares, executes and resets', async () => {
    const client = await login();
    const prepared = await client.command(command.STMT_PREPARE, Buffer.from('SELECT 1 + 1'));
    const id = prepared[0]?.payload.subarray(1, 5) ?? Buffer.alloc(4);
    const executed = await client.command(
      command.STMT_EXECUTE,
      Buffer.concat([id, Buffer.from([0, 1, 0, 0, 0])]),
    );
    expect(errorOf(executed)).toBeUndefined();
    await client.command(command.STMT_CLOSE, id);
    expect(errorOf(await client.command(command.PING))).toBeUndefined();
    await client.quit();
  });

  it('reads a row of more than 16 MB', async () => {
    const client = await login();
    const reply = await client.query("SELECT REPEAT('x', 20000000) AS y");
    const longest = reply.findIndex(({ payload }) => payload.length === maxPayload);
    expect(reply[longest + 1]?.payload).toHaveLength(20_000_000 + 9 - maxPayload);
    expect(await client.rows('SELECT 1')).toEqual([['1']]);
    await client.quit();
  });

  it('goes on under TLS and checks the certificate', async () => {
    const { certificates } = server;
    if (certificates === undefined) return;
    const client = await login({ tls: readFileSync(certificates.caFile) });
    expect((await client.rows("SHOW STATUS LIKE 'Ssl_cipher'"))[0]?.[1]).not.toBe('');
    await client.quit();
    await expect(login({ tls: readFileSync(certificates.otherCaFile) })).rejects.toThrow();
  });
});
