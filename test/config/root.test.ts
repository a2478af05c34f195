// Where the fleet is.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../src/config/root.js';
import { fleetFolder } from './fleet-folder.js';

describe('findRoot', () => {
  it('takes what it is told, then the environment, then the folders from here upwards', () => {
    const { root } = fleetFolder('version: 1\nusers:\n');
    const deep = join(root, 'instances', 'u');
    mkdirSync(deep, { recursive: true });
    expect(findRoot('/told', { CHRONOS_FLEET_ROOT: '/env' }, deep)).toBe('/told');
    expect(findRoot('told', {}, '/here')).toBe('/here/told');
    expect(findRoot(undefined, { CHRONOS_FLEET_ROOT: '/env' }, deep)).toBe('/env');
    expect(findRoot(undefined, { CHRONOS_FLEET_ROOT: '' }, deep)).toBe(root);
    expect(findRoot(undefined, {}, root)).toBe(root);
  });

  it('says where it looked and what to do', () => {
    expect(() => findRoot(undefined, {}, '/')).toThrow(
      /neither \/ nor a folder above it.*chronos-fleet init/,
    );
  });
});
