// Where the fleet is.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../src/config/root.js';
import { fleetFolder } from './fleet-folder.js';

describe('findRoot', () => {
  it('takes what it is told, then the environment, then the folders from here upwards', () => {
    const { root } = fleetFolder('version: 1\nusers:\n');
    const deep = join(root, 'instances', 'u');
    mkdirSync(deep, { recursive: true });
    const other = fleetFolder('version: 1\nusers:\n').root;
    expect(findRoot(other, { CHRONOS_FLEET_ROOT: '/env' }, deep)).toBe(other);
    expect(findRoot(basename(other), {}, dirname(other))).toBe(other);
    expect(findRoot(undefined, { CHRONOS_FLEET_ROOT: other }, deep)).toBe(other);
    expect(findRoot(undefined, { CHRONOS_FLEET_ROOT: '' }, deep)).toBe(root);
    expect(findRoot(undefined, {}, root)).toBe(root);
  });

  it('takes a folder whose map is gone, so that what runs of it can be stopped, and no other', () => {
    const { root } = fleetFolder('version: 1\nusers:\n');
    rmSync(join(root, 'config'), { recursive: true });
    expect(() => findRoot(root, {}, '/')).toThrow(`No fleet in ${root}`);
    mkdirSync(join(root, 'instances'));
    expect(findRoot(root, {}, '/')).toBe(root);
  });

  it('says where it looked and what to do', () => {
    expect(() => findRoot(undefined, {}, '/')).toThrow(
      /neither \/ nor a folder above it.*chronos-fleet init/,
    );
  });
});
