// Logging in without a network: what the client is told at each step, and who is let in.
import { afterEach, describe, expect, it } from 'vitest';
import { isFleetError } from '../../../src/errors.js';
import { ClientChannel } from '../../../src/proxy/client/client-channel.js';
import { memoryOnly } from '../../../src/proxy/spool/spool.js';
import { acceptLogin, authenticate, type Door } from '../../../src/proxy/client/client-login.js';
import type { HandshakeResponse } from '../../../src/wire/handshake.js';
import {
  capability,
  handshakeResponse,
  prove,
  readGreeting,
  responseHead,
  usualCapabilities,
  type Introduction,
  type PasswordPlugin,
} from '../../support/raw-login.js';
import { createSplitter, toPackets, type RawPacket } from '../../support/raw-packets.js';
import { settle, stubSocket, type StubSocket } from './stub-socket.js';

const door: Door = {
  user: 'user1',
  password: 'secret',
  tls: null,
  serverVersion: '5.5.5-10.11.19-MariaDB',
  collation: 45,
  plugin: 'mysql_native_password',
};

const me: Introduction = {
  user: 'user1',
  password: 'secret',
  capabilities: usualCapabilities,
  collation: 45,
  plugin: 'mysql_native_password',
};

let stub: StubSocket;
afterEach(() => stub.socket.destroy());

interface Visit {
  readonly outcome: Promise<HandshakeResponse | string>;
  /** Packets that came from the instance since the last call. */
  hears(): Promise<readonly RawPacket[]>;
  says(payload: Buffer, sequence: number): void;
}

/** A client at the door; the outcome is what it said, or the code of the error that it is refused with. */
function visit(at: Partial<Door> = {}): Visit {
  stub = stubSocket(true);
  const channel = new ClientChannel(stub.socket, { spool: memoryOnly(1e6), stallMs: 1e6 });
  const outcome = acceptLogin(channel, 4711, { ...door, ...at }).catch(codeOf);
  let heard = 0;
  return {
    outcome,
    async hears() {
      await settle();
      const packets = createSplitter().push(stub.written().subarray(heard));
      heard = stub.written().length;
      return packets;
    },
    says: (payload, sequence) => stub.send(toPackets(payload, sequence)),
  };
}

function codeOf(error: unknown): string {
  if (isFleetError(error)) return error.code;
  throw error;
}

/** Logs in as a driver would, switching plugins where asked; answers with the outcome and what was heard at the end. */
async function logIn(
  intro: Introduction,
  at: Partial<Door> = {},
): Promise<{ outcome: HandshakeResponse | string; last: readonly RawPacket[] }> {
  const client = visit(at);
  const [greeting] = await client.hears();
  const { salt } = readGreeting(greeting?.payload ?? Buffer.alloc(0));
  client.says(handshakeResponse(intro, salt), 1);
  let last = await client.hears();
  const [request] = last;
  if (request?.payload[0] === 0xfe) {
    const pluginEnd = request.payload.indexOf(0, 1);
    const plugin = request.payload.toString('latin1', 1, pluginEnd) as PasswordPlugin;
    const newSalt = request.payload.subarray(pluginEnd + 1, pluginEnd + 21);
    client.says(prove(plugin, intro.password, newSalt), request.sequence + 1);
    last = await client.hears();
  }
  return { outcome: await client.outcome, last };
}

describe('the greeting', () => {
  it('says what the server is, the session’s id, and nothing that would change the form of replies', async () => {
    const client = visit();
    const [greeting] = await client.hears();
    const said = readGreeting(greeting?.payload ?? Buffer.alloc(0));
    expect(said).toMatchObject({
      version: door.serverVersion,
      threadId: 4711,
      plugin: 'mysql_native_password',
      status: 2,
    });
    expect(greeting?.sequence).toBe(0);
    expect(said.salt.length).toBe(20);
    expect(said.capabilities & (capability.DEPRECATE_EOF | capability.SESSION_TRACK | capability.SSL)).toBe(
      0,
    );
    expect(said.capabilities & (1 << 27)).toBe(0);
    const needed =
      capability.PROTOCOL_41 | capability.PLUGIN_AUTH | capability.MULTI_STATEMENTS | capability.LOCAL_FILES;
    expect(said.capabilities & needed).toBe(needed);
  });
});

describe.each<PasswordPlugin>(['mysql_native_password', 'caching_sha2_password'])(
  'a door with %s',
  (doorPlugin) => {
    it.each<PasswordPlugin>(['mysql_native_password', 'caching_sha2_password'])(
      'lets in a client of %s',
      async (plugin) => {
        const { outcome, last } = await logIn({ ...me, plugin, schema: 'sales' }, { plugin: doorPlugin });
        expect(outcome).toMatchObject({ user: 'user1', schema: 'sales', plugin });
        // "Fast authentication succeeded" comes before the OK, which is left to the caller.
        expect(last.map(({ payload }) => payload.toString('hex'))).toEqual(
          plugin === 'caching_sha2_password' ? ['0103'] : [],
        );
      },
    );

    it.each<[who: string, intro: Partial<Introduction>]>([
      ['a wrong password', { password: 'Secret' }],
      ['no password', { password: '' }],
      ['a wrong user', { user: 'user2' }],
      ['a user that differs in case', { user: 'USER1' }],
      ['an empty user', { user: '' }],
    ])('refuses %s', async (_, intro) => {
      const { outcome, last } = await logIn({ ...me, plugin: doorPlugin, ...intro }, { plugin: doorPlugin });
      expect([outcome, last.length]).toEqual(['ACCESS_DENIED', 0]);
    });

    it('lets in a client without a password where there is none', async () => {
      const { outcome, last } = await logIn(
        { ...me, plugin: doorPlugin, password: '' },
        { plugin: doorPlugin, password: '' },
      );
      expect(outcome).toMatchObject({ user: 'user1' });
      expect(last).toEqual([]);
    });
  },
);

describe('a client', () => {
  it('of an unknown plugin is asked to use one that is known', async () => {
    const client = visit();
    const [greeting] = await client.hears();
    const { salt } = readGreeting(greeting?.payload ?? Buffer.alloc(0));
    client.says(handshakeResponse({ ...me, plugin: 'dialog' as PasswordPlugin }, salt), 1);
    const [request] = await client.hears();
    expect([request?.sequence, request?.payload[0]]).toEqual([2, 0xfe]);
    expect(request?.payload.toString('latin1', 1, 22)).toBe('mysql_native_password');
    const newSalt = request?.payload.subarray(23, 43) ?? Buffer.alloc(0);
    expect(newSalt.equals(salt)).toBe(false);
    client.says(prove('mysql_native_password', 'secret', newSalt), 3);
    expect(await client.outcome).toMatchObject({ user: 'user1' });
  });

  it('is told who it was and from where, and whether it used a password', async () => {
    stub = stubSocket(true);
    const channel = new ClientChannel(stub.socket, { spool: memoryOnly(1e6), stallMs: 1e6 });
    const claim = { user: 'eve', authResponse: Buffer.alloc(0), plugin: 'mysql_native_password' };
    const scramble = { bytes: Buffer.alloc(20, 1), plugin: 'mysql_native_password' } as const;
    await expect(authenticate(channel, door, { ...claim, scramble })).rejects.toThrow(
      "Access denied for user 'eve'@'192.0.2.7' (using password: NO)",
    );
  });

  it('keeps of its capabilities those that were offered', async () => {
    const intro = {
      ...me,
      capabilities: usualCapabilities | capability.SESSION_TRACK | capability.DEPRECATE_EOF,
    };
    const { outcome } = await logIn(intro);
    const { capabilities } = outcome as HandshakeResponse;
    expect(capabilities & (capability.SESSION_TRACK | capability.DEPRECATE_EOF)).toBe(0);
    expect(capabilities & capability.MULTI_STATEMENTS).toBe(capability.MULTI_STATEMENTS);
  });

  it('that would compress where that is not offered is told so', async () => {
    const { outcome } = await logIn({ ...me, capabilities: usualCapabilities | capability.COMPRESS });
    expect(outcome).toBe('HANDSHAKE_FAILED');
  });

  it('that asks for TLS where none is offered is told so', async () => {
    const client = visit();
    await client.hears();
    client.says(responseHead(usualCapabilities | capability.SSL, 45), 1);
    expect(await client.outcome).toBe('HANDSHAKE_FAILED');
  });

  it('that does not ask for TLS where it is required is told so', async () => {
    const required = { tls: { context: {} as never, required: true } };
    expect((await logIn(me, required)).outcome).toBe('TLS_REQUIRED');
  });

  it.each<[what: string, code: string, payload: Buffer]>([
    ['half a response', 'MALFORMED_PACKET', responseHead(usualCapabilities, 45).subarray(0, 20)],
    ['a response of before 4.1', 'MALFORMED_PACKET', responseHead(1, 45)],
    ['an endless response', 'PACKET_TOO_LARGE', Buffer.alloc(200_000)],
  ])('that sends %s is refused with %s', async (_, code, payload) => {
    const client = visit();
    await client.hears();
    client.says(payload, 1);
    expect(await client.outcome).toBe(code);
  });

  it('that announces a packet too long is not waited for', async () => {
    const client = visit();
    await client.hears();
    stub.send(Buffer.from([0xff, 0xff, 0xff, 1]));
    expect(await client.outcome).toBe('PACKET_TOO_LARGE');
  });

  it.each([0, 2, 255])('whose first packet has number %i, not 1, is refused', async (sequence) => {
    const client = visit();
    const [greeting] = await client.hears();
    client.says(handshakeResponse(me, readGreeting(greeting?.payload ?? Buffer.alloc(0)).salt), sequence);
    expect(await client.outcome).toBe('PACKETS_OUT_OF_ORDER');
  });

  it('that answers a byte at a time gets in', async () => {
    const client = visit();
    const [greeting] = await client.hears();
    const { salt } = readGreeting(greeting?.payload ?? Buffer.alloc(0));
    for (const byte of toPackets(handshakeResponse(me, salt), 1)) stub.send(Buffer.from([byte]));
    expect(await client.outcome).toMatchObject({ user: 'user1' });
  });

  it('that is gone in the middle is given up', async () => {
    const client = visit();
    await client.hears();
    stub.socket.destroy();
    expect(await client.outcome).toBe('HANDSHAKE_FAILED');
  });
});
