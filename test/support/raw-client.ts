// A byte-level MySQL client: sends raw commands and returns the packets of the reply exactly as they came.
import { createConnection } from 'node:net';
import { followReply, type ReplyShape } from './raw-reply.js';
import {
  encryptPassword,
  handshakeResponse,
  prove,
  readGreeting,
  responseHead,
  usualCapabilities,
  capability,
  type Greeting,
  type Introduction,
  type PasswordPlugin,
} from './raw-login.js';
import { readError, readRow, zeroEnded, type RawError, type RawPacket } from './raw-packets.js';
import { packetSocket, type PacketSocket } from './raw-socket.js';

/** Command codes by the protocol's names. */
export const command = {
  QUIT: 0x01,
  INIT_DB: 0x02,
  QUERY: 0x03,
  FIELD_LIST: 0x04,
  REFRESH: 0x07,
  SHUTDOWN: 0x08,
  STATISTICS: 0x09,
  PROCESS_INFO: 0x0a,
  PROCESS_KILL: 0x0c,
  DEBUG: 0x0d,
  PING: 0x0e,
  CHANGE_USER: 0x11,
  BINLOG_DUMP: 0x12,
  REGISTER_SLAVE: 0x15,
  STMT_PREPARE: 0x16,
  STMT_EXECUTE: 0x17,
  STMT_SEND_LONG_DATA: 0x18,
  STMT_CLOSE: 0x19,
  STMT_RESET: 0x1a,
  SET_OPTION: 0x1b,
  STMT_FETCH: 0x1c,
  RESET_CONNECTION: 0x1f,
} as const;

const shapes: Partial<Record<number, ReplyShape>> = {
  [command.QUIT]: 'none',
  [command.QUERY]: 'results',
  [command.PROCESS_INFO]: 'results',
  [command.FIELD_LIST]: 'until-eof',
  [command.STMT_PREPARE]: 'prepare',
  [command.STMT_EXECUTE]: 'results',
  [command.STMT_SEND_LONG_DATA]: 'none',
  [command.STMT_CLOSE]: 'none',
  [command.STMT_FETCH]: 'until-eof',
};

export interface RawLogin extends Partial<Introduction> {
  readonly host?: string;
  readonly port: number;
  /** Ask for TLS: `true` trusts any certificate, a buffer is the CA (PEM). */
  readonly tls?: boolean | Buffer;
  /** Contents of the files that LOAD DATA LOCAL may ask for; any other is answered as empty. */
  readonly files?: Readonly<Record<string, Buffer>>;
}

export interface RawClient {
  readonly greeting: Greeting;
  /** The packets that came after the greeting, the last one OK. */
  readonly login: readonly RawPacket[];
  readonly packets: PacketSocket;
  /** Sends a command and reads its whole reply; an ERR packet is a reply like any other. */
  command(code: number, body?: Buffer): Promise<readonly RawPacket[]>;
  query(sql: string): Promise<readonly RawPacket[]>;
  /** The rows of a text result; throws what an ERR packet says. */
  rows(sql: string): Promise<(string | null)[][]>;
  /** The last packet's error; throws when the statement goes well. */
  failure(sql: string): Promise<RawError>;
  /** COM_CHANGE_USER with a proof for the greeting's salt; what it was refused with. */
  changeUser(intro: Pick<Introduction, 'user' | 'password' | 'schema'>): Promise<RawError | undefined>;
  /** Cuts the connection without a word. */
  reset(): void;
  /** COM_QUIT, and waits for the end. */
  quit(): Promise<void>;
}

/** An ERR packet as an exception, thrown for a refused login and by `rows`. */
export class ServerError extends Error {
  constructor(readonly error: RawError) {
    super(`${error.errno} (${error.sqlState}) ${error.message}`);
  }
}

const usualIntro: Introduction = {
  user: 'root',
  password: '',
  capabilities: usualCapabilities,
  collation: 45,
  plugin: 'mysql_native_password',
};

/** Connects without logging in: the greeting is the first packet of `next()`. */
export async function openRaw(port: number, host = '127.0.0.1'): Promise<PacketSocket> {
  const socket = createConnection({ host, port, noDelay: true });
  const packets = packetSocket(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return packets;
}

/** Connects and logs in. Throws ServerError when the login is refused. */
export async function connectRaw(options: RawLogin): Promise<RawClient> {
  const packets = await openRaw(options.port, options.host);
  const first = await packets.next();
  refuse(first);
  const greeting = readGreeting(first.payload);
  const intro: Introduction = { ...usualIntro, ...options };
  const isSecure = options.tls !== undefined && options.tls !== false;
  const secured = isSecure ? await requestTls(packets, intro, options.tls) : intro;
  packets.send(handshakeResponse(secured, greeting.salt), isSecure ? 2 : 1);
  const login = await authenticate(packets, intro, greeting.salt, isSecure);
  return clientOf(packets, greeting, login, options.files ?? {});
}

async function requestTls(
  packets: PacketSocket,
  intro: Introduction,
  tls: boolean | Buffer | undefined,
): Promise<Introduction> {
  const capabilities = intro.capabilities | capability.SSL;
  packets.send(responseHead(capabilities, intro.collation), 1);
  await packets.secure(Buffer.isBuffer(tls) ? tls : undefined);
  return { ...intro, capabilities };
}

async function authenticate(
  packets: PacketSocket,
  { password, ...intro }: Introduction,
  greetingSalt: Buffer,
  isSecure: boolean,
): Promise<readonly RawPacket[]> {
  const seen: RawPacket[] = [];
  let salt = greetingSalt;
  for (;;) {
    const packet = await packets.next();
    seen.push(packet);
    refuse(packet);
    const answer = (payload: Buffer): void => packets.send(payload, packet.sequence + 1);
    const { payload } = packet;
    if (payload[0] === 0x00) return seen;
    if (payload[0] === 0xfe) {
      const pluginEnd = payload.indexOf(0, 1);
      salt = payload.subarray(pluginEnd + 1, pluginEnd + 21);
      answer(prove(payload.toString('latin1', 1, pluginEnd) as PasswordPlugin, password, salt));
    } else if (payload[0] === 0x01 && payload[1] === 0x04) {
      answer(isSecure ? zeroEnded(password) : Buffer.from([2]));
    } else if (payload[0] === 0x01 && payload.length > 2) {
      answer(encryptPassword(password, salt, payload.toString('latin1', 1)));
    } else if (payload[0] !== 0x01) {
      throw new Error(`${intro.user}: unexpected packet in the login: ${payload.toString('hex')}`);
    }
  }
}

function clientOf(
  packets: PacketSocket,
  greeting: Greeting,
  login: readonly RawPacket[],
  files: Readonly<Record<string, Buffer>>,
): RawClient {
  const run = async (code: number, body: Buffer = Buffer.alloc(0)): Promise<readonly RawPacket[]> => {
    const shape = shapes[code] ?? 'one';
    packets.send(Buffer.concat([Buffer.from([code]), body]));
    return shape === 'none' ? [] : await readReply(packets, shape, files);
  };
  const query = (sql: string): Promise<readonly RawPacket[]> => run(command.QUERY, Buffer.from(sql));
  return {
    greeting,
    login,
    packets,
    command: run,
    query,
    rows: async (sql) => rowsOf(await query(sql)),
    async failure(sql) {
      const error = errorOf(await query(sql));
      if (error === undefined) throw new Error(`went well, though it should not have: ${sql}`);
      return error;
    },
    async changeUser({ user, password, schema }) {
      const plugin = 'mysql_native_password';
      const proof = prove(plugin, password, greeting.salt);
      const middle = [Buffer.from([proof.length]), proof, zeroEnded(schema ?? '')];
      const parts = [zeroEnded(user), ...middle, Buffer.from([45, 0]), zeroEnded(plugin)];
      packets.send(Buffer.concat([Buffer.from([command.CHANGE_USER]), ...parts]));
      try {
        await authenticate(packets, { ...usualIntro, user, password }, greeting.salt, false);
        return undefined;
      } catch (error) {
        if (error instanceof ServerError) return error.error;
        throw error;
      }
    },
    reset() {
      // One that the other side has closed cannot be reset any more.
      if (packets.socket.writable) packets.socket.resetAndDestroy();
      else packets.socket.destroy();
    },
    async quit() {
      await run(command.QUIT);
      packets.socket.end();
      await packets.closed;
    },
  };
}

/** Reads one reply of the shape, giving out the files that it asks for. */
export async function readReply(
  packets: PacketSocket,
  shape: ReplyShape,
  files: Readonly<Record<string, Buffer>> = {},
): Promise<readonly RawPacket[]> {
  const follow = followReply(shape);
  const reply: RawPacket[] = [];
  for (;;) {
    const packet = await packets.next();
    reply.push(packet);
    const step = follow(packet);
    if (step === 'done') return reply;
    if (step !== 'more') sendFile(packets, packet.sequence + 1, files[step.sendFile]);
  }
}

function sendFile(packets: PacketSocket, sequence: number, file: Buffer | undefined): void {
  let next = sequence;
  for (let at = 0; file !== undefined && at < file.length; at += 0x4000) {
    packets.send(file.subarray(at, at + 0x4000), next++ & 0xff);
  }
  packets.send(Buffer.alloc(0), next & 0xff);
}

/** The error that a reply ends with, if it does. */
export function errorOf(reply: readonly RawPacket[]): RawError | undefined {
  const last = reply.at(-1);
  return last === undefined ? undefined : readError(last.payload);
}

/** The rows of a text result set; throws ServerError for an ERR packet. */
export function rowsOf(reply: readonly RawPacket[]): (string | null)[][] {
  const error = errorOf(reply);
  if (error !== undefined) throw new ServerError(error);
  const isEof = ({ payload }: RawPacket): boolean => payload[0] === 0xfe && payload.length < 9;
  const columnsEnd = reply.findIndex(isEof);
  const rows = reply.slice(columnsEnd + 1);
  const end = rows.findIndex(isEof);
  return rows.slice(0, end).map(({ payload }) => readRow(payload));
}

/** All bytes of a reply, headers included. */
export const bytesOf = (reply: readonly RawPacket[]): Buffer =>
  Buffer.concat(reply.map(({ bytes }) => bytes));

function refuse(packet: RawPacket): void {
  const error = readError(packet.payload);
  if (error !== undefined) throw new ServerError(error);
}
