// Logging in to the server: mysql2 does the plugins and TLS, then the socket is ours.

import { readFileSync } from 'node:fs';
import type net from 'node:net';
import mysql from 'mysql2';
import type { InstanceSettings } from '../../config/types.js';
import { Capability } from '../../wire/constants.js';
import { frame, FrameReader } from '../../wire/framing.js';
import { readErr, type ErrPacket } from '../../wire/reply-packets.js';
import { readGreeting, type Greeting } from '../../wire/handshake.js';
import { openBackendSocket, type BytesTaker } from './backend-socket.js';

/** A login that the server refused, or that did not come about. `errno` is the server's, where it sent one. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed';

  constructor(
    message: string,
    readonly errno?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface LoggedIn {
  /** Without listeners, paused. */
  readonly socket: net.Socket;
  /** From now on the server's bytes go to `taker`, for whom they are there during the call only. */
  readonly deliver: (taker: BytesTaker) => void;
  readonly greeting: Greeting;
  /** Capabilities that both sides agreed on. */
  readonly capabilities: number;
}

/** Character set and collation of the login; every session sets its own. */
export const LOGIN_NAMES = ['utf8mb4', 'utf8mb4_general_ci'] as const;

/**
 * Flags that mysql2 would set by default and that would change the form of replies, or the meaning of statements.
 * FOUND_ROWS stays, as most drivers of BI tools ask for it: see affected-rows.ts.
 */
const unwanted = ['-IGNORE_SPACE', '-CLIENT_QUERY_ATTRIBUTES', '-ODBC'];

/** What most drivers ask for and mysql2 does not: without it, out arguments of a prepared CALL get no result set. */
const wanted = ['PS_MULTI_RESULTS'];

/**
 * Connects and logs in.
 * @param signal ends the attempt, and the socket with it
 * @throws LoginFailed
 */
export async function logIn(settings: InstanceSettings, signal: AbortSignal): Promise<LoggedIn> {
  const opened = openBackendSocket(settings);
  const { socket } = opened;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(settings.connectTimeoutMs)]);
  const abort = (): unknown => socket.destroy(new Error(reasonOf(deadline, settings)));
  deadline.addEventListener('abort', abort);
  try {
    const greeting = await readFirstPacket(socket);
    const taken = await authenticate(socket, settings);
    return {
      socket: taken,
      deliver: (taker) => opened.deliver(taken, taker),
      greeting,
      capabilities: agreed(greeting),
    };
  } catch (error) {
    await closed(socket);
    throw error instanceof LoginFailed ? error : failure(error);
  } finally {
    deadline.removeEventListener('abort', abort);
  }
}

function reasonOf(deadline: AbortSignal, settings: InstanceSettings): string {
  const timedOut = deadline.reason instanceof DOMException && deadline.reason.name === 'TimeoutError';
  return timedOut
    ? `no login within ${settings.connectTimeoutMs / 1000} s (connect_timeout)`
    : 'the attempt was ended';
}

/** Resolves when the socket is closed, so that the next attempt is never a second connection. */
function closed(socket: net.Socket): Promise<void> {
  socket.on('error', () => undefined); // what led here is thrown already
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
    socket.destroy();
  });
}

/** Reads the greeting and puts it back for mysql2, without MariaDB's extended capabilities. */
async function readFirstPacket(socket: net.Socket): Promise<Greeting> {
  const reader = new FrameReader(64 * 1024);
  const packet = await new Promise<Buffer>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      try {
        reader.push(chunk);
        const first = reader.next();
        if (first === null) return;
        stop();
        resolve(first.payload);
      } catch (error) {
        stop();
        reject(failure(error));
      }
    };
    const onError = (error: Error): void => {
      stop();
      reject(failure(error));
    };
    const onClose = (): void => onError(new Error('the backend closed the connection before its greeting'));
    const stop = (): void => {
      socket.pause();
      socket.off('data', onData).off('error', onError).off('close', onClose);
    };
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
  if (packet[0] === 0xff) throw refusal(readErr(packet));
  const greeting = readGreeting(packet);
  socket.unshift(Buffer.concat([frame(withoutExtensions(packet, greeting), 0), reader.takeRest()]));
  return greeting;
}

/**
 * mysql2 asks for MariaDB's extended column metadata wherever it is offered, which would give every client replies that it
 * did not ask for. The offer stands in the last four of the ten reserved bytes, and is read only where LONG_PASSWORD is not set.
 * https://mariadb.com/docs/server/reference/clientserver-protocol/1-connecting/connection
 */
function withoutExtensions(packet: Buffer, greeting: Greeting): Buffer {
  const shown = Buffer.from(packet);
  const afterVersion = 1 + Buffer.byteLength(greeting.serverVersion) + 1;
  const reservedAt = afterVersion + 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1;
  if (shown.length >= reservedAt + 10) shown.fill(0, reservedAt, reservedAt + 10);
  return shown;
}

function authenticate(socket: net.Socket, settings: InstanceSettings): Promise<net.Socket> {
  const { backend } = settings;
  return new Promise((resolve, reject) => {
    const login = mysql.createConnection({
      stream: socket,
      host: backend.host,
      user: backend.user,
      password: backend.password,
      multipleStatements: true,
      charset: LOGIN_NAMES[1],
      connectTimeout: 0,
      flags: [...unwanted, ...wanted],
      ...(backend.tls.mode === 'off' ? {} : { ssl: tlsOptions(settings) }),
      connectAttributes: { program_name: 'chronos-fleet' },
    });
    socket.resume(); // paused since the greeting was read
    login.on('error', (error: Error) => reject(failure(error)));
    login.once('connect', () => {
      // With TLS mysql2 has put its own socket around ours.
      const taken = (login as unknown as { stream: net.Socket }).stream;
      for (const event of ['data', 'error', 'end', 'close']) taken.removeAllListeners(event);
      taken.pause();
      resolve(taken);
    });
  });
}

function tlsOptions(settings: InstanceSettings): mysql.SslOptions {
  const { mode, caFile } = settings.backend.tls;
  if (mode !== 'verify') return { rejectUnauthorized: false };
  return {
    rejectUnauthorized: true,
    verifyIdentity: true,
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
  };
}

/** mysql2 asks for what it supports and we left on; of that, only what the server offers is in force. */
function agreed(greeting: Greeting): number {
  const asked = Capability.SESSION_TRACK | Capability.MULTI_STATEMENTS | Capability.LOCAL_FILES;
  return greeting.capabilities & asked;
}

function refusal(err: ErrPacket): LoginFailed {
  return new LoginFailed(`${err.errno} (${err.sqlState}) ${err.message}`, err.errno);
}

/** mysql2 gives the server's number and state beside the message. */
function failure(error: unknown): LoginFailed {
  const { errno, sqlState } = error as Partial<mysql.QueryError>;
  const message = error instanceof Error ? error.message : String(error);
  if (typeof errno !== 'number' || sqlState === undefined)
    return new LoginFailed(message, undefined, { cause: error });
  return new LoginFailed(`${errno} (${sqlState}) ${message}`, errno, { cause: error });
}
