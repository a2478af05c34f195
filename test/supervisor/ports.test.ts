import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readGreeting } from '../../src/supervisor/greeting.js';
import {
  commandOf,
  listeningInodes,
  lsofHolder,
  netstatPid,
  portHolder,
} from '../../src/supervisor/port-holder.js';
import { addressOf, checkPort, portWarning } from '../../src/supervisor/ports.js';
import { freePort } from '../support/network.js';

const servers: Server[] = [];

/** A server that greets with `greeting`, and its port. */
function listen(greeting: Uint8Array | undefined): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (greeting !== undefined) socket.write(greeting);
  });
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('the check of a port', () => {
  it('passes one that is free', async () => {
    const port = await freePort();
    await expect(checkPort({ user: 'user1', listen: '127.0.0.1', port })).resolves.toBeUndefined();
    // And leaves it free.
    await expect(checkPort({ user: 'user1', listen: '127.0.0.1', port })).resolves.toBeUndefined();
  });

  it('names the process that holds it, and the way out', async () => {
    const port = await listen(undefined);
    const error: unknown = await checkPort({ user: 'user1', listen: '127.0.0.1', port }).catch(
      (problem: unknown) => problem,
    );
    expect(error).toMatchObject({ code: 'PORT_HELD' });
    expect(String(error)).toContain(`127.0.0.1:${port} is held by`);
    expect(String(error)).toContain(`process ${process.pid}`);
    expect(String(error)).toContain('chronos-fleet set user1 port=N');
  });

  it('finds one that is held on one address when all are wanted', async () => {
    const port = await listen(undefined);
    await expect(checkPort({ user: 'user1', listen: '0.0.0.0', port })).rejects.toMatchObject({
      code: 'PORT_HELD',
    });
  });

  it('passes one that only the predecessor is in the way of', async () => {
    const port = await listen(undefined);
    const predecessor = { place: { listen: '127.0.0.1', port }, pids: [process.pid] };
    const wanted = { user: 'user1', listen: '0.0.0.0', port };
    await expect(checkPort(wanted, predecessor)).resolves.toBeUndefined();
    // One that has not this port cannot be what is in the way.
    const elsewhere = { ...predecessor, place: { listen: '127.0.0.1', port: port + 1 } };
    await expect(checkPort(wanted, elsewhere)).rejects.toMatchObject({ code: 'PORT_HELD' });
    await expect(checkPort(wanted, { ...predecessor, pids: [] })).rejects.toThrow(`process ${process.pid}`);
  });

  it('says how the demo backend gets another port', async () => {
    const port = await listen(undefined);
    const demo = { user: 'the demo backend', listen: '127.0.0.1', port, portKey: 'defaults backend.port' };
    await expect(checkPort(demo)).rejects.toThrow(
      /give the demo backend another port: chronos-fleet set defaults backend\.port=N$/,
    );
  });

  it('says that the machine has no such address', async () => {
    const check = checkPort({ user: 'user1', listen: '192.0.2.1', port: await freePort() });
    await expect(check).rejects.toThrow(
      /user1 may not listen on 192\.0\.2\.1:\d+: this machine has no such address/,
    );
  });

  it('warns of a port that the system may give away', () => {
    const range = { from: 32768, to: 60999 };
    const endpoint = { user: 'user1', listen: '127.0.0.1', port: 40000 };
    expect(portWarning(endpoint, range)).toContain('32768-60999');
    expect(portWarning({ ...endpoint, port: 3307 }, range)).toBeUndefined();
  });

  it('shows an IPv6 address in brackets', () => {
    expect(addressOf({ listen: '::1', port: 3307 })).toBe('[::1]:3307');
  });
});

describe('the holder of a port', () => {
  it('is nobody where the port is free', async () => {
    expect(await portHolder(await freePort())).toBeUndefined();
  });

  it('is shown without arguments that may be secret', () => {
    expect(commandOf(['/usr/bin/mysqld', '--password=secret'])).toBe('mysqld');
    expect(commandOf(['/usr/bin/node', '/srv/app/server.js', '--token', 'secret'])).toBe('node server.js');
  });

  it('is found among the sockets that listen, not among those that are connected', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:0CEB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1',
      '   1: 0100007F:0CEB 0100007F:A001 01 00000000:00000000 00:00000000 00000000     0        0 222 1',
      '   2: 0100007F:0CEC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1',
    ].join('\n');
    expect(listeningInodes(table, 3307)).toEqual(['111']);
  });

  it("is found in netstat's lines in any language", () => {
    const text = [
      '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
      '  TCP    127.0.0.1:3307         127.0.0.1:50001        HERGESTELLT      11',
      '  TCP    0.0.0.0:3307           0.0.0.0:0              ABHÖREN          4242',
      '  TCP    0.0.0.0:33070          0.0.0.0:0              ABHÖREN          12',
    ].join('\r\n');
    expect(netstatPid(text, 3307)).toBe(4242);
    expect(netstatPid(text, 3308)).toBeUndefined();
    expect(netstatPid(text, 3307, [4242])).toBeUndefined();
  });

  it("is found in lsof's fields, besides those that do not count", () => {
    const text = 'p11\ncnode\nf20\np12\ncmysqld\nf7\n';
    expect(lsofHolder(text)).toEqual({ pid: 11, command: 'node' });
    expect(lsofHolder(text, [11])).toEqual({ pid: 12, command: 'mysqld' });
    expect(lsofHolder('')).toBeUndefined();
  });
});

describe('the greeting of a port', () => {
  const withinMs = 2_000;

  it.each([
    ['a handshake', Uint8Array.from([1, 0, 0, 0, 10]), 'mysql'],
    ['the refusal of a handshake', Uint8Array.from([1, 0, 0, 0, 0xff]), 'mysql'],
    ['another protocol', new TextEncoder().encode('SSH-2.0-x'), 'other'],
  ] as const)('with %s is %s', async (_, bytes, greeting) => {
    expect(await readGreeting('127.0.0.1', await listen(bytes), withinMs)).toBe(greeting);
  });

  it('is looked for on loopback where the server listens on all addresses', async () => {
    const port = await listen(Uint8Array.from([1, 0, 0, 0, 10]));
    expect(await readGreeting('0.0.0.0', port, withinMs)).toBe('mysql');
  });

  it('that never comes is silence, after the deadline', async () => {
    expect(await readGreeting('127.0.0.1', await listen(undefined), 30)).toBe('silent');
  });

  it('of a closed port is none', async () => {
    expect(await readGreeting('127.0.0.1', await freePort(), withinMs)).toBe('closed');
  });
});
