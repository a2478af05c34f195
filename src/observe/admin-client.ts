// Asks an admin endpoint: HTTP over a unix socket, a Windows pipe or loopback TCP, always with a deadline.
import { request } from 'node:http';
import { FleetError } from '../errors.js';
import type { InstanceStatus } from './status.js';

/** Why an admin endpoint gave no answer: nobody listens there, it stayed silent, or it said something else. */
export type AdminTrouble = 'absent' | 'silent' | 'wrong';

/** Longer answers are refused: a status document has some hundred bytes a session. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** The connection options of an admin address: a socket path, a pipe name, or `host:port`. */
export function adminTarget(address: string): { socketPath: string } | { host: string; port: number } {
  const tcp = /^(127\.[\d.]+|localhost|\[::1\]):(\d+)$/.exec(address);
  if (tcp === null) return { socketPath: address };
  const [, host = '', port = ''] = tcp;
  return { host: host.replace(/[[\]]/g, ''), port: Number(port) };
}

/**
 * The status document of the instance at `address`. Throws ADMIN_SILENT where none comes within `deadlineMs`; its `cause`
 * is the AdminTrouble.
 */
export async function fetchStatus(address: string, deadlineMs: number): Promise<InstanceStatus> {
  const document = await fetchJson(address, '/status', deadlineMs);
  if (isStatus(document)) return document;
  throw silent(address, 'what it answers is no status document', 'wrong');
}

/** Reads the JSON document at `path` of an admin endpoint. Throws ADMIN_SILENT as `fetchStatus` does. */
export function fetchJson(address: string, path: string, deadlineMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (detail: string, trouble: AdminTrouble): void => {
      reject(silent(address, detail, trouble));
      call.destroy();
    };
    // A connection of its own: kept-alive ones would go stale with the instance.
    const call = request({ ...adminTarget(address), path, agent: false }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size > maxAnswerBytes) fail('its answer has no end', 'wrong');
      });
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(parts).toString()));
        } catch {
          fail(`it answers ${response.statusCode ?? ''} and no JSON`, 'wrong');
        }
      });
      response.on('error', (error) => fail(error.message, 'wrong'));
    });
    const timer = setTimeout(() => fail(`nothing within ${deadlineMs} ms`, 'silent'), deadlineMs);
    call.once('close', () => clearTimeout(timer));
    call.on('error', (error: NodeJS.ErrnoException) => fail(error.message, troubleOf(error)));
    call.end();
  });
}

/**
 * Asks the instance at `address` to say when it lets go of its port. `freed` resolves when it does, and also when it ends or cannot
 * be asked; `taken` tells it that somebody has the port now, for which it waits a moment.
 */
export function awaitPort(address: string): { readonly freed: Promise<void>; readonly taken: () => void } {
  const call = request({ ...adminTarget(address), path: '/port', agent: false });
  const freed = new Promise<void>((resolve) => {
    call.once('response', () => resolve());
    call.once('close', () => resolve());
  });
  call.on('error', () => undefined);
  call.end();
  return { freed, taken: () => void call.destroy() };
}

/** Which trouble an error of `fetchStatus` is; undefined where it is another error. */
export function adminTrouble(error: unknown): AdminTrouble | undefined {
  if (!(error instanceof FleetError) || error.code !== 'ADMIN_SILENT') return undefined;
  return error.cause as AdminTrouble;
}

function silent(address: string, detail: string, trouble: AdminTrouble): FleetError {
  return new FleetError('ADMIN_SILENT', { address, detail }, { cause: trouble });
}

function troubleOf(error: NodeJS.ErrnoException): AdminTrouble {
  const absent = ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR'];
  // A reset after the connect is a process that goes away in this moment.
  return absent.includes(error.code ?? '') ? 'absent' : 'silent';
}

function isStatus(document: unknown): document is InstanceStatus {
  if (typeof document !== 'object' || document === null) return false;
  const { version, pid, user } = document as Partial<Record<keyof InstanceStatus, unknown>>;
  return version === 1 && typeof pid === 'number' && typeof user === 'string';
}
