// The program of the supervisor: watches one fleet, and says on its admin endpoint what it knows.
import { ensureAdminFolder } from '../config/admin.js';
import { ensureOwnFolder } from '../config/own-folder.js';
import { serveAdmin } from '../proxy/admin-endpoint.js';
import { supervisorFolder } from '../supervisor/app.js';
import { endProcess } from '../supervisor/end-instance.js';
import { supervisorAddress, supervisorPid } from '../supervisor/supervisor-admin.js';
import { openSupervisorLog } from '../supervisor/supervisor-log.js';
import { createSupervisor } from '../supervisor/supervisor.js';

process.umask(0o077);
// PM2 reads what is written here; when PM2 is killed the pipe breaks.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const [, , root = ''] = process.argv;
process.title = `chronos-fleet supervisor ${root}`;
ensureOwnFolder(supervisorFolder(root));
const log = openSupervisorLog(root);

// One that outlived PM2's daemon makes way for this one, which PM2 looks after.
const predecessor = await supervisorPid(root);
if (predecessor !== undefined) await endProcess(predecessor, 'the supervisor', 5_000);

// `disconnect` comes without a signal before it when PM2 was killed.
let leaving: Promise<void> | undefined;
const supervisor = createSupervisor(root, log.tell, () => !process.connected && leaving === undefined);
ensureAdminFolder(supervisorAddress(root));
const endpoint = await serveAdmin(supervisorAddress(root), () => supervisor.status());
log.tell({ type: 'supervisor-started' });

async function end(reason: string): Promise<void> {
  await endpoint.close();
  await supervisor.stop();
  log.tell({ type: 'supervisor-stopped', reason });
  await log.close();
  process.exit(0);
}

function leave(reason: string): void {
  leaving ??= end(reason);
}

process.on('uncaughtException', (error) => {
  log.tell({ type: 'trouble', where: 'the supervisor', reason: error.stack ?? error.message });
  void log.close().then(() => process.exit(1));
});
process.on('SIGTERM', () => leave('SIGTERM'));
process.on('SIGINT', () => leave('stopped by PM2'));
// On Windows PM2 has no signals to send.
process.on('message', (message) => {
  if (message === 'shutdown') leave('stopped by PM2');
});
process.send?.('ready');
