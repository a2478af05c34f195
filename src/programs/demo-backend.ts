// The program of the demo backend: reads its settings, serves sample data, and takes new accounts as they are added.
import { startDemoBackend } from '../demo/backend.js';
import { readDemoSettings, watchDemoSettings } from '../demo/settings-file.js';

process.umask(0o077);
// PM2 reads what is written here; when PM2 is killed the pipe breaks, and that must end nobody's session.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const [, , settingsFile = ''] = process.argv;
const settings = readDemoSettings(settingsFile);
process.title = `chronos-fleet demo-backend:${settings.port}`;

const backend = await startDemoBackend(settings);
const watcher = watchDemoSettings(
  settingsFile,
  ({ accounts }) => backend.setAccounts(accounts),
  (error) => console.error(error.message),
);
// An account that was added between the first reading and the watching would be missed.
backend.setAccounts(readDemoSettings(settingsFile).accounts);

let leaving = false;

async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  watcher.close();
  await backend.close();
  process.exit(0);
}

process.on('SIGTERM', () => void leave());
process.on('SIGINT', () => void leave());
process.on('message', (message) => {
  if (message === 'shutdown') void leave();
});
process.send?.('ready');
