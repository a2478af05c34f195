// The demo backend's settings file: where it listens, and the accounts of the users, which it reads again when they change.
import { readFileSync } from 'node:fs';
import { writeAtomically } from '../config/files.js';
import { ensureOwnFolder } from '../config/own-folder.js';
import type { FleetMap } from '../config/types.js';
import { demoFolder, demoSettingsFile } from './app.js';

/** Everybody may read the sample data and change it, so it never leaves the machine. */
export const demoHost = '127.0.0.1';

interface DemoSettings {
  readonly host: string;
  readonly port: number;
  /** Password by account. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** Writes the settings (0600) where they have changed. */
export async function writeDemoSettings({ root, users }: FleetMap, port: number): Promise<void> {
  const accounts = Object.fromEntries(
    users.filter(({ backend }) => backend.demo).map(({ backend }) => [backend.user, backend.password]),
  );
  const settings: DemoSettings = { host: demoHost, port, accounts };
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  if (readText(root) === text) return;
  ensureOwnFolder(demoFolder(root));
  await writeAtomically(demoSettingsFile(root), text, 0o600);
}

/** The port that the demo backend was last told; undefined where the fleet has none. */
export function readDemoPort(root: string): number | undefined {
  const text = readText(root);
  return text === undefined ? undefined : (JSON.parse(text) as DemoSettings).port;
}

function readText(root: string): string | undefined {
  try {
    return readFileSync(demoSettingsFile(root), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
