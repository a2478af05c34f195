// Where the admin endpoint is, and that nobody else can have made the folder of its socket.
import { chmodSync, mkdtempSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adminAddress, ensureAdminFolder } from '../../src/config/admin.js';

const here = (): string => mkdtempSync(join(tmpdir(), 'chronos-admin-'));

describe('adminAddress', () => {
  it("is a socket in the instance's folder", () => {
    expect(adminAddress('/srv/fleet', 'u', undefined, 'linux')).toBe('/srv/fleet/instances/u/admin.sock');
  });

  it('is a short path under the temporary folder where that is too long for a socket, always the same one', () => {
    const root = `/srv/${'long/'.repeat(20)}`;
    const address = adminAddress(root, 'u'.repeat(32), undefined, 'linux');
    expect(address.startsWith(tmpdir())).toBe(true);
    expect(Buffer.byteLength(address)).toBeLessThanOrEqual(103);
    expect(adminAddress(root, 'u'.repeat(32), undefined, 'linux')).toBe(address);
    expect(dirname(adminAddress(`${root}x`, 'u', undefined, 'linux'))).not.toBe(dirname(address));
  });

  it('counts bytes, not characters', () => {
    const root = `/srv/${'ä'.repeat(45)}`;
    expect(adminAddress(root, 'u', undefined, 'linux').startsWith(tmpdir())).toBe(true);
  });

  it('is a pipe of this fleet on Windows', () => {
    const address = adminAddress('C:\\fleet', 'u', undefined, 'win32');
    expect(address).toMatch(/^\\\\\.\\pipe\\chronos-fleet-[0-9a-f]{10}-u$/);
    expect(adminAddress('c:\\Fleet', 'u', undefined, 'win32')).toBe(address);
    expect(adminAddress('C:\\other', 'u', undefined, 'win32')).not.toBe(address);
  });

  it('is the port where one is given', () => {
    expect(adminAddress('/srv/fleet', 'u', 4000)).toBe('127.0.0.1:4000');
  });
});

describe.skipIf(process.platform === 'win32')('ensureAdminFolder', () => {
  it('makes the folder for its owner alone', () => {
    const folder = join(here(), 'a', 'b');
    ensureAdminFolder(join(folder, 'admin.sock'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that others may enter', () => {
    const folder = here();
    chmodSync(folder, 0o755);
    expect(() => ensureAdminFolder(join(folder, 'admin.sock'))).toThrow(/others may enter it/);
  });

  it('refuses a link in its place', () => {
    const folder = here();
    symlinkSync(here(), join(folder, 'link'));
    expect(() => ensureAdminFolder(join(folder, 'link', 'admin.sock'))).toThrow(/not a folder/);
  });

  it('has nothing to do for ports and pipes', () => {
    expect(() => ensureAdminFolder('127.0.0.1:4000')).not.toThrow();
    expect(() => ensureAdminFolder('\\\\.\\pipe\\chronos-fleet-0-u')).not.toThrow();
  });
});
