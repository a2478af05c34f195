// Where a password comes from that must not stand on a command line: a file, standard input, or a prompt.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { fileTrouble } from '../config/files.js';
import { convert, expected } from '../config/kinds.js';
import { keyRow } from '../config/keys.js';
import { FleetError } from '../errors.js';
import type { Context } from './context.js';

export interface PasswordOptions {
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
}

/** The password that the options give, or undefined where they give none. A newline at its end is left out. */
export async function givenPassword(options: PasswordOptions, context: Context): Promise<string | undefined> {
  if (options.passwordFile !== undefined && options.passwordStdin === true) {
    throw new FleetError('USAGE', { detail: 'give either --password-file or --password-stdin, not both' });
  }
  if (options.passwordFile !== undefined)
    return checked(await readPasswordFile(options.passwordFile, context));
  return options.passwordStdin === true ? checked(await readAll(context.stdin)) : undefined;
}

/** Asks at the terminal, without showing what is typed. Throws PASSWORD_MISSING where there is none. */
export async function askPassword(user: string, context: Context): Promise<string> {
  if (context.stdin.isTTY !== true) throw new FleetError('PASSWORD_MISSING', { user });
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: context.stdin, output: silent, terminal: true });
  const closed = new Promise<undefined>((resolveClosed) =>
    terminal.once('close', () => resolveClosed(undefined)),
  );
  context.stderr.write(`Password of the backend account of '${user}': `);
  try {
    const answer = await Promise.race([terminal.question(''), closed]);
    if (answer === undefined || answer === '') throw new FleetError('PASSWORD_MISSING', { user });
    return checked(answer);
  } finally {
    context.stderr.write('\n');
    terminal.close();
  }
}

/** A password for an account of the demo backend, which nobody has to type. */
export function generatePassword(): string {
  return randomBytes(18).toString('base64url');
}

async function readPasswordFile(name: string, context: Context): Promise<string> {
  const file = resolve(context.cwd, name);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new FleetError('FILE_UNUSABLE', { file, detail: `it ${fileTrouble(error)}` }, { cause: error });
  }
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

function checked(text: string): string {
  const password = text.replace(/\r?\n$/, '');
  const { kind } = keyRow('backend.password');
  if (password !== '' && convert(kind, password) !== undefined) return password;
  throw new FleetError('USAGE', {
    detail: `the password is not possible; give ${expected(kind)}, and not an empty one`,
  });
}
