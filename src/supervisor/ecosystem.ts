// The fleet as the apps of a PM2 ecosystem file: same names, marks and revisions as `up` gives, so that either knows the other's.
import { writeInstanceSettings } from '../config/hand-over.js';
import { demoApp, instanceApp, supervisorApp } from './app.js';
import type { AppDefinition } from './app.js';
import { packageVersion } from './companions.js';
import { writeDemoSettings } from './demo-settings.js';
import { rememberPm2Home } from './fleet-pm2.js';
import { loadFleet, rememberEnvironment } from './load.js';

/** Hands the settings over to the fleet's programs and returns the apps that run them. Throws MAP_UNREADABLE, MAP_INVALID. */
export async function prepareApps(root: string): Promise<AppDefinition[]> {
  const map = loadFleet(root);
  await rememberEnvironment(root);
  await rememberPm2Home(root);
  if (map.demo !== undefined) await writeDemoSettings(map, map.demo.port);
  const demo = map.demo === undefined ? [] : [demoApp(root, map.demo.port)];
  const instances: AppDefinition[] = [];
  for (const settings of map.users) {
    const { revision } = await writeInstanceSettings(root, settings);
    instances.push(instanceApp(root, settings, revision));
  }
  return [...demo, ...instances, supervisorApp(root, packageVersion())];
}
