// The port of an instance at its end: handed to a successor before anybody who is sent away can come again.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitPort } from '../../src/observe/admin-client.js';
import { serveAdmin, type AdminEndpoint } from '../../src/proxy/admin-endpoint.js';
import { Listener } from '../../src/proxy/listener.js';
import { freePort } from '../support/network.js';

let folder: string;
let admin: AdminEndpoint;
let listener: Listener;
let port: number;
/** Resolves when a successor has asked for the port. */
let asked: Promise<void>;

const address = (): string => join(folder, 'a.sock');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cf-'));
  listener = new Listener((socket) => socket.end());
  port = await freePort();
  await listener.open('127.0.0.1', port, () => undefined);
  let onAsked = (): void => undefined;
  asked = new Promise((resolve) => (onAsked = resolve));
  admin = await serveAdmin(
    address(),
    () => ({}),
    (successor) => {
      listener.tellWhenFree(successor);
      onAsked();
    },
  );
});

afterEach(async () => {
  await admin.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Takes the port, and gives it back. */
async function take(): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

describe('a port that is left', () => {
  it('is free when its successor is told so, which is waited for', async () => {
    const happened: string[] = [];
    const { freed, taken } = awaitPort(address());
    await asked;
    const closed = listener.close().then(() => happened.push('closed'));
    await freed;
    await take();
    happened.push('taken');
    taken();
    await closed;
    expect(happened).toEqual(['taken', 'closed']);
  });

  it('is told of at once to who asks late', async () => {
    await listener.close();
    const { freed, taken } = awaitPort(address());
    await freed;
    await take();
    taken();
  });

  it('does not wait for a successor that does not want it any more', async () => {
    const { taken } = awaitPort(address());
    await asked;
    taken();
    await listener.close();
    await take();
  });

  it('counts as free for who cannot ask, and tries by itself', async () => {
    await awaitPort(join(folder, 'nobody.sock')).freed;
    await listener.close();
  });
});
