// The program of an instance: reads its settings, serves its port, and leaves only after its drain.
import { ensureAdminFolder } from '../config/admin.js';
import { readInstanceSettings } from '../config/hand-over.js';
import { createEvents } from '../observe/events.js';
import { subscribeLog } from '../observe/logger.js';
import { createInstance } from '../proxy/instance.js';
import { sayGoodbye } from '../supervisor/goodbye.js';
import { checkPort } from '../supervisor/ports.js';
import { takePort } from '../supervisor/succession.js';

process.umask(0o077);
// PM2 reads what is written here; when PM2 is killed the pipe breaks, and that must end nobody's session.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const [, , settingsFile = ''] = process.argv;
const { settings, revision } = readInstanceSettings(settingsFile);
process.title = `chronos-fleet ${settings.user}:${settings.port}`;

const events = createEvents();
const log = subscribeLog(events, settings);
const instance = createInstance(settings, { revision, events });

/** PM2 may be gone by then. */
const ready = (): unknown => process.connected && process.send?.('ready');

let leaving: Promise<void> | undefined;

/** Drains and ends. PM2 may ask several times, and stops waiting only when the process is gone. */
function leave(reason: string): void {
  leaving ??= instance.drain(reason).then(() => end('stopped', reason));
}

async function end(how: 'stopped' | 'failed', reason: string): Promise<void> {
  sayGoodbye(settings.folder, how, reason);
  await log.close();
  process.exit(how === 'stopped' ? 0 : 1);
}

async function fail(where: string, error: unknown): Promise<void> {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  events.publish({ type: 'internal-error', where, message, ...(stack === undefined ? {} : { stack }) });
  await end('failed', message);
}

// Once: a second failure is one of telling the first, and ends the process as it is.
process.once('uncaughtException', (error) => void fail('the instance', error));
process.on('SIGTERM', () => leave('SIGTERM'));
process.on('SIGINT', () => leave('stopped by PM2'));
// On Windows PM2 has no signals to send. Without PM2 (`disconnect`) the instance serves on: there is nothing to do then.
process.on('message', (message) => {
  if (message === 'shutdown') leave('stopped by PM2');
});

try {
  ensureAdminFolder(settings.admin);
  await takePort(settings.admin, () => instance.listen(), ready);
  await instance.serve();
  ready();
} catch (error) {
  // The system says EADDRINUSE; who holds the port is of more use.
  const better: unknown = await checkPort(settings).catch((problem: unknown) => problem);
  await fail('the start', better ?? error);
}
