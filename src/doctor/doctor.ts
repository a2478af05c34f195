// The doctor: looks at what is around a user's port, then walks through it the way a BI tool does.

import { performance } from 'node:perf_hooks';
import type { InstanceSettings } from '../config/types.js';
import type { Check, Diagnosis } from './report.js';
import { since } from './recorder.js';
import { localAddress, type Instruments, type InstanceView } from './subject.js';
import { checkBackend, checkInstance, checkPort, checkReach } from './surroundings.js';
import { skipWalk, walk } from './walk.js';

/**
 * Examines one user's port.
 * @param onCheck told of each check as it is done
 */
export async function examine(
  settings: InstanceSettings,
  view: InstanceView,
  instruments: Instruments,
  onCheck: (check: Check) => void = () => undefined,
): Promise<Diagnosis> {
  const from = performance.now();
  const checks: Check[] = [];
  const done = (check: Check) => {
    checks.push(check);
    onCheck(check);
  };
  done(checkInstance(settings, view));
  done(await checkPort(settings, view, instruments));
  const backend = await checkBackend(settings, view, instruments);
  done(backend);
  done(await checkReach(settings, instruments));
  // Each statement would wait for queue_timeout, only to say what the instance has said already.
  if (backend.outcome === 'failed' && view.status !== null) skipWalk('the backend is away', done);
  else await walk(settings, instruments.connect, done);
  const ok = checks.every(({ outcome }) => outcome !== 'failed');
  return {
    user: settings.user,
    host: localAddress(settings.listen),
    port: settings.port,
    ok,
    checks,
    ms: since(from),
  };
}
