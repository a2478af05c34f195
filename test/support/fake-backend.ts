// A scripted MySQL server: logs anybody in and answers each command as the test says, wrongly on demand.
import { generateKeyPairSync, privateDecrypt, randomBytes, constants, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { capability, prove, type PasswordPlugin } from './raw-login.js';
import {
  errorPayload,
  okPayload,
  toPackets,
  zeroEnded,
  type RawError,
  type RawPacket,
} from './raw-packets.js';
import { packetSocket, type PacketSocket } from './raw-socket.js';

export interface FakeCommand {
  /** Number of the connection, from 1. */
  readonly connection: number;
  readonly code: number;
  /** What follows the command's code. */
  readonly body: Buffer;
  readonly text: string;
  /** Sends the payloads as one reply, numbered from 1. */
  reply(...payloads: readonly Buffer[]): void;
  /** Sends bytes as they are. */
  raw(bytes: Buffer): void;
  ok(): void;
  fail(error: RawError): void;
  /** Ends the connection without a word: what was sent arrives, or, with a reset, may not. */
  end(): void;
  cut(): void;
}

export interface FakeOptions {
  /** Answers a command and returns true; where it is missing or returns false, the answer is OK. */
  readonly onCommand?: (command: FakeCommand) => boolean;
  readonly serverVersion?: string;
  /** Plugin of the greeting and of the account. Default mysql_native_password. */
  readonly plugin?: PasswordPlugin;
  /** The plugin is asked for by an auth switch, after a greeting with the other one. */
  readonly switchesPlugin?: boolean;
  /** caching_sha2_password knows nothing of the account yet and wants the whole password. */
  readonly fullAuthentication?: boolean;
  /** The password that is right; any is where it is missing. */
  readonly password?: string;
  /** Answers the login with this error, as long as the function gives one. */
  readonly refuseLogin?: (connection: number) => RawError | undefined;
}

export interface FakeBackend {
  readonly host: string;
  readonly port: number;
  /** All commands so far, `<connection>:<code>:<text>`. */
  readonly commands: readonly string[];
  readonly connections: number;
  readonly open: number;
  stop(): Promise<void>;
}

const offered =
  capability.LONG_PASSWORD |
  capability.LONG_FLAG |
  capability.CONNECT_WITH_DB |
  capability.LOCAL_FILES |
  capability.PROTOCOL_41 |
  capability.TRANSACTIONS |
  capability.SECURE_CONNECTION |
  capability.MULTI_STATEMENTS |
  capability.MULTI_RESULTS |
  capability.PS_MULTI_RESULTS |
  capability.PLUGIN_AUTH |
  capability.CONNECT_ATTRS;

/** Starts a scripted server on a free port of 127.0.0.1. */
export async function startFakeBackend(options: FakeOptions = {}): Promise<FakeBackend> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
    serve(packetSocket(socket), connection, options, commands).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    commands,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function serve(
  packets: PacketSocket,
  connection: number,
  options: FakeOptions,
  commands: string[],
): Promise<void> {
  await logIn(packets, connection, options);
  for (;;) {
    const { payload } = await packets.next();
    const command = commandOf(packets, connection, payload);
    commands.push(`${connection}:${command.code}:${command.text}`);
    if (command.code === 1) {
      packets.socket.end();
      return;
    }
    if (options.onCommand?.(command) !== true) command.ok();
  }
}

function commandOf(packets: PacketSocket, connection: number, payload: Buffer): FakeCommand {
  const body = payload.subarray(1);
  const reply: FakeCommand['reply'] = (...payloads) => {
    packets.socket.write(Buffer.concat(payloads.map((each, i) => toPackets(each, i + 1))));
  };
  return {
    connection,
    code: payload.readUInt8(0),
    body,
    text: body.toString(),
    reply,
    raw: (bytes) => {
      packets.socket.write(bytes);
    },
    ok: () => reply(okPayload()),
    fail: (error) => reply(errorPayload(error)),
    end: () => void packets.socket.end(),
    cut: () => packets.socket.resetAndDestroy(),
  };
}

async function logIn(packets: PacketSocket, connection: number, options: FakeOptions): Promise<void> {
  const plugin = options.plugin ?? 'mysql_native_password';
  const other = plugin === 'mysql_native_password' ? 'caching_sha2_password' : 'mysql_native_password';
  // No byte of a salt is zero, as with the real servers.
  const salt = randomBytes(20).map((byte) => byte || 1) as Buffer;
  packets.send(greetingPayload(connection, options, options.switchesPlugin ? other : plugin, salt));
  const response = await packets.next();
  let proof = proofOf(response);
  let sequence = response.sequence + 1;
  if (options.switchesPlugin) {
    packets.send(Buffer.concat([Buffer.from([0xfe]), zeroEnded(plugin), salt, Buffer.from([0])]), sequence);
    const switched = await packets.next();
    proof = switched.payload;
    sequence = switched.sequence + 1;
  }
  const { password } = options;
  let isRight = password === undefined || sameBytes(proof, prove(plugin, password, salt));
  if (plugin === 'caching_sha2_password') {
    if (options.fullAuthentication) {
      const told = await askWholePassword(packets, salt, sequence);
      isRight = password === undefined || told.password === password;
      sequence = told.sequence;
    } else packets.send(Buffer.from([1, 3]), sequence++);
  }
  const refusal = options.refuseLogin?.(connection) ?? (isRight ? undefined : denied);
  packets.send(refusal === undefined ? okPayload() : errorPayload(refusal), sequence);
  if (refusal !== undefined) packets.socket.end();
}

const denied: RawError = { errno: 1045, sqlState: '28000', message: 'Access denied' };

/** Full authentication without TLS: the client fetches the RSA key and sends the password under it. */
async function askWholePassword(
  packets: PacketSocket,
  salt: Buffer,
  sequence: number,
): Promise<{ password: string; sequence: number }> {
  packets.send(Buffer.from([1, 4]), sequence);
  const request = await packets.next();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  packets.send(Buffer.concat([Buffer.from([1]), Buffer.from(pem)]), request.sequence + 1);
  const answer = await packets.next();
  const masked = privateDecrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING },
    answer.payload,
  );
  const text = Buffer.from(masked.map((byte, i) => byte ^ (salt[i % salt.length] ?? 0)));
  return { password: text.toString('utf8', 0, text.length - 1), sequence: answer.sequence + 1 };
}

function greetingPayload(
  connection: number,
  { serverVersion = '8.0.36-fake' }: FakeOptions,
  plugin: PasswordPlugin,
  salt: Buffer,
): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(connection);
  const middle = Buffer.alloc(18);
  middle.writeUInt16LE(offered & 0xffff, 0);
  middle[2] = 45;
  middle.writeUInt16LE(2, 3);
  middle.writeUInt16LE(offered >>> 16, 5);
  middle[7] = 21;
  return Buffer.concat([
    Buffer.from([10]),
    zeroEnded(serverVersion),
    head,
    salt.subarray(0, 8),
    Buffer.from([0]),
    middle,
    salt.subarray(8),
    Buffer.from([0]),
    zeroEnded(plugin),
  ]);
}

function proofOf({ payload }: RawPacket): Buffer {
  const userEnd = payload.indexOf(0, 32);
  const length = payload.readUInt8(userEnd + 1);
  return payload.subarray(userEnd + 2, userEnd + 2 + length);
}

const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
