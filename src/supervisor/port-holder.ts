// Who listens on a TCP port of this machine, in words: from /proc, lsof or netstat, as the system has it.
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const toolWithinMs = 5_000;

/** A process that listens. */
export interface Holder {
  readonly pid: number;
  /** The program, and its script where it is an interpreter. Other arguments are left out, as they may be secret. */
  readonly command: string;
}

/** `node server.js (process 4711)`; undefined where nobody is found, or the processes of others are hidden. */
export async function portHolder(port: number, besides?: readonly number[]): Promise<string | undefined> {
  const holder = await findHolder(port, besides);
  return holder === undefined ? undefined : `${holder.command} (process ${holder.pid})`;
}

/** The process that listens on `port` on any address, or undefined. Those in `besides` are passed over. */
export async function findHolder(port: number, besides: readonly number[] = []): Promise<Holder | undefined> {
  if (process.platform === 'linux') return holderInProc(port, besides);
  return process.platform === 'win32' ? holderByNetstat(port, besides) : holderByLsof(port, besides);
}

async function holderInProc(port: number, besides: readonly number[]): Promise<Holder | undefined> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readOrEmpty(file)));
  const sockets = new Set(
    tables.flatMap((table) => listeningInodes(table, port)).map((i) => `socket:[${i}]`),
  );
  if (sockets.size === 0) return undefined;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || besides.includes(Number(entry))) continue;
    if (!(await hasOneOf(entry, sockets))) continue;
    const words = (await readOrEmpty(`/proc/${entry}/cmdline`)).split('\0').filter((word) => word !== '');
    return { pid: Number(entry), command: commandOf(words) };
  }
  return undefined;
}

/** Inodes of the sockets in state LISTEN (0A) on `port`, from a table of /proc/net. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(suffix) && state === '0A')
    .flatMap((fields) => fields[9] ?? []);
}

async function hasOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  // Processes of other accounts are closed to us, and some end while we look.
  const descriptors = await readdir(`/proc/${pid}/fd`).catch((): string[] => []);
  const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return links.some((link) => sockets.has(link));
}

async function readOrEmpty(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** The program of a command line, with the script where an interpreter runs one. */
export function commandOf(words: readonly string[]): string {
  const [program = 'an unnamed process', ...rest] = words;
  const name = program.split(/[\\/]/).at(-1) ?? program;
  const script = rest.find((word) => /\.(js|mjs|cjs|ts|py|pl|rb|jar|php|sh)$/.test(word));
  return script === undefined ? name : `${name} ${script.split(/[\\/]/).at(-1) ?? script}`;
}

async function holderByLsof(port: number, besides: readonly number[]): Promise<Holder | undefined> {
  return lsofHolder(await outputOf('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']), besides);
}

/** The first process of lsof's `-Fpc` fields (a line `p<pid>`, then `c<command>`, for each) that is not in `besides`. */
export function lsofHolder(text: string, besides: readonly number[] = []): Holder | undefined {
  const holders = [...text.matchAll(/^p(\d+)$(?:\nc(.+))?/gm)].map(([, pid, command]) => ({
    pid: Number(pid),
    command: command ?? 'an unnamed process',
  }));
  return holders.find(({ pid }) => !besides.includes(pid));
}

async function holderByNetstat(port: number, besides: readonly number[]): Promise<Holder | undefined> {
  const pid = netstatPid(await outputOf('netstat', ['-ano', '-p', 'TCP']), port, besides);
  if (pid === undefined) return undefined;
  const row = await outputOf('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
  return { pid, command: /^"([^"]+)"/.exec(row)?.[1] ?? 'an unnamed process' };
}

/** The pid in the last column of netstat's line for a listener; the word for its state is in the system's language. */
export function netstatPid(text: string, port: number, besides: readonly number[] = []): number | undefined {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([protocol, local = '', remote = '']) =>
        protocol === 'TCP' && local.endsWith(`:${port}`) && remote.endsWith(':0'),
    )
    .map((fields) => Number(fields.at(-1)))
    .find((pid) => !besides.includes(pid));
}

/** What a tool prints; nothing where it is missing or fails, as the holder is an extra to an error that is told anyway. */
async function outputOf(tool: string, args: readonly string[]): Promise<string> {
  return run(tool, args, { timeout: toolWithinMs, windowsHide: true }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
