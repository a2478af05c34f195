// The connection phase: round trips, other implementations' packets, and what is cut anywhere.
import { describe, expect, it } from 'vitest';
import { isFleetError } from '../../src/errors.js';
import { Capability } from '../../src/wire/constants.js';
import {
  isSslRequest,
  readAuthSwitchRequest,
  readChangeUser,
  readGreeting,
  readHandshakeHead,
  readHandshakeResponse,
  writeAuthSwitchRequest,
  writeChangeUser,
  writeGreeting,
  writeHandshakeResponse,
  type Greeting,
  type HandshakeResponse,
} from '../../src/wire/handshake.js';
import * as raw from '../support/raw-login.js';

const scramble = Buffer.from('0123456789abcdefghij');
const greeting: Greeting = {
  serverVersion: '5.5.5-10.11.19-MariaDB',
  threadId: 0xfffefdfc,
  scramble,
  capabilities: 0x80ffa200 >>> 0,
  collation: 45,
  status: 2,
  plugin: 'mysql_native_password',
};

/** Every shorter payload is read, or refused as malformed; nothing else is thrown. */
function refusedOrRead(payload: Buffer, read: (payload: Buffer) => unknown): void {
  for (let length = 0; length < payload.length; length++) {
    try {
      read(payload.subarray(0, length));
    } catch (error) {
      expect([length, isFleetError(error, 'MALFORMED_PACKET'), String(error)]).toEqual([
        length,
        true,
        String(error),
      ]);
    }
  }
}

describe('a greeting', () => {
  it('is read as it was written', () => expect(readGreeting(writeGreeting(greeting))).toEqual(greeting));

  it('is understood by another implementation', () => {
    const { version, salt, ...rest } = raw.readGreeting(writeGreeting(greeting));
    expect({ serverVersion: version, scramble: salt, ...rest }).toEqual(greeting);
  });

  it('of before plugins has none', () => {
    const old = readGreeting(writeGreeting({ ...greeting, capabilities: 0xa200 }));
    expect([old.plugin, old.capabilities]).toEqual(['', 0xa200]);
  });

  it('may end behind its first capabilities', () => {
    const short = writeGreeting(greeting).subarray(0, 1 + 23 + 4 + 8 + 1 + 2);
    expect(readGreeting(short)).toMatchObject({ threadId: 0xfffefdfc, capabilities: 0xa200, plugin: '' });
  });

  it('of another protocol is refused', () => {
    const nine = writeGreeting(greeting);
    nine[0] = 9;
    expect(() => readGreeting(nine)).toThrow(/protocol 9/);
  });

  it('that is cut is refused as malformed or read', () =>
    refusedOrRead(writeGreeting(greeting), readGreeting));
});

const response: HandshakeResponse = {
  capabilities:
    Capability.PROTOCOL_41 |
    Capability.SECURE_CONNECTION |
    Capability.CONNECT_WITH_DB |
    Capability.PLUGIN_AUTH |
    Capability.CONNECT_ATTRS |
    Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA,
  maxPacketSize: 0x1000000,
  collation: 45,
  user: 'üser1',
  authResponse: Buffer.from('00112233445566778899aabbccddeeff00112233', 'hex'),
  schema: 'sales',
  plugin: 'caching_sha2_password',
  attributes: new Map([
    ['program_name', 'tableau'],
    ['_os', 'Windows'],
  ]),
};

describe('a handshake response', () => {
  it('is read as it was written', () => {
    expect(readHandshakeResponse(writeHandshakeResponse(response))).toEqual(response);
  });

  it('of another implementation is understood', () => {
    const intro = {
      user: 'user1',
      password: 'secret',
      schema: 'sales',
      capabilities: raw.usualCapabilities,
      collation: 33,
      plugin: 'mysql_native_password',
      attributes: { program_name: 'x'.repeat(300) },
    } as const;
    expect(readHandshakeResponse(raw.handshakeResponse(intro, scramble))).toMatchObject({
      user: 'user1',
      schema: 'sales',
      collation: 33,
      plugin: 'mysql_native_password',
      authResponse: raw.prove('mysql_native_password', 'secret', scramble),
      attributes: new Map([['program_name', 'x'.repeat(300)]]),
    });
  });

  it('may leave out schema, plugin and attributes', () => {
    const capabilities = Capability.PROTOCOL_41 | Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA;
    expect(readHandshakeResponse(writeHandshakeResponse({ ...response, capabilities }))).toMatchObject({
      schema: null,
      plugin: null,
      attributes: new Map(),
    });
  });

  it('may promise a schema, a plugin and attributes and end before them', () => {
    const { capabilities } = response;
    const bare = writeHandshakeResponse({
      ...response,
      capabilities: capabilities & ~Capability.CONNECT_WITH_DB,
    });
    const end = 32 + Buffer.byteLength(response.user) + 1 + 1 + response.authResponse.length;
    const cut = Buffer.from(bare.subarray(0, end));
    cut.writeUInt32LE(capabilities, 0);
    expect(readHandshakeResponse(cut)).toMatchObject({ schema: null, plugin: null, attributes: new Map() });
  });

  it('with an empty schema names none', () => {
    expect(readHandshakeResponse(writeHandshakeResponse({ ...response, schema: '' })).schema).toBeNull();
  });

  it('of before protocol 4.1 is refused', () => {
    const old = writeHandshakeResponse({ ...response, capabilities: Capability.SECURE_CONNECTION });
    expect(() => readHandshakeResponse(old)).toThrow(/4\.1/);
  });

  it('with a NUL-terminated answer of before SECURE_CONNECTION is read', () => {
    const head = raw.responseHead(Capability.PROTOCOL_41, 8);
    const payload = Buffer.concat([head, Buffer.from('user1\0answer\0')]);
    expect(readHandshakeResponse(payload)).toMatchObject({
      user: 'user1',
      authResponse: Buffer.from('answer'),
    });
  });

  it('that is cut is refused as malformed or read', () => {
    refusedOrRead(writeHandshakeResponse(response), readHandshakeResponse);
  });

  it('whose attributes claim more than there is is refused', () => {
    const payload = Buffer.concat([
      writeHandshakeResponse({ ...response, attributes: new Map() }).subarray(0, -1),
      Buffer.from([9, 1]),
    ]);
    expect(() => readHandshakeResponse(payload)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_PACKET' }),
    );
  });
});

describe('an SSLRequest', () => {
  const flags = Capability.PROTOCOL_41 | Capability.SSL;

  it('is the head alone, asking for TLS', () => {
    expect(isSslRequest(raw.responseHead(flags, 45))).toBe(true);
    expect(readHandshakeHead(raw.responseHead(flags, 45))).toMatchObject({
      capabilities: flags,
      collation: 45,
    });
  });

  it('is no head that does not ask, and no whole response that does', () => {
    expect(isSslRequest(raw.responseHead(Capability.PROTOCOL_41, 45))).toBe(false);
    expect(isSslRequest(Buffer.concat([raw.responseHead(flags, 45), Buffer.from('user1\0\0')]))).toBe(false);
    expect(isSslRequest(raw.responseHead(flags, 45).subarray(0, 31))).toBe(false);
  });
});

describe('a switch of plugins', () => {
  it('is read as it was written', () => {
    const request = writeAuthSwitchRequest('caching_sha2_password', scramble);
    expect(request[0]).toBe(0xfe);
    expect(readAuthSwitchRequest(request)).toEqual({ plugin: 'caching_sha2_password', scramble });
  });

  it('that is cut is refused as malformed or read', () => {
    refusedOrRead(writeAuthSwitchRequest('mysql_native_password', scramble), readAuthSwitchRequest);
  });
});

describe('COM_CHANGE_USER', () => {
  const change = {
    user: 'user2',
    authResponse: Buffer.from([1, 2, 3]),
    schema: 'sales',
    collation: 224,
    plugin: 'mysql_native_password',
    attributes: new Map<string, string>(),
  };
  const all = Capability.PLUGIN_AUTH | Capability.CONNECT_ATTRS;

  it('is read as it was written', () => expect(readChangeUser(writeChangeUser(change), all)).toEqual(change));

  it('may end behind the schema', () => {
    const payload = Buffer.from('\x11user2\0\0sales\0', 'latin1');
    expect(readChangeUser(payload, all)).toMatchObject({ schema: 'sales', collation: null, plugin: null });
  });

  it('without a schema names none', () => {
    expect(readChangeUser(writeChangeUser({ ...change, schema: null }), all).schema).toBeNull();
  });

  it('has no plugin for a client that knows none', () => {
    expect(readChangeUser(writeChangeUser(change), 0).plugin).toBeNull();
  });

  it('that is cut is refused as malformed or read', () => {
    refusedOrRead(writeChangeUser(change), (payload) => readChangeUser(payload, all));
  });
});
