// Throw-away certificates for TLS tests: a CA, a server certificate for 127.0.0.1, and a CA that signed nothing.
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './programs.js';

/** Paths of PEM files. `otherCaFile` is a CA that has nothing to do with the certificate. */
export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly otherCaFile: string;
}

/** Makes certificates in `folder`, or returns undefined where openssl is missing. */
export function createCertificates(folder: string): Certificates | undefined {
  const openssl = findProgram('openssl');
  if (openssl === undefined) return undefined;
  const run = (...args: readonly string[]): void => {
    execFileSync(openssl, args, { cwd: folder, stdio: 'pipe' });
  };
  for (const name of ['ca', 'other-ca']) createAuthority(run, name);
  writeFileSync(join(folder, 'server.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  run(...newKey('server'), '-out', 'server.csr', '-subj', '/CN=localhost');
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'server.ext'];
  run('x509', '-req', '-in', 'server.csr', ...signing, '-days', '2', '-out', 'server.pem');
  // The server may run as another user than the tests.
  chmodSync(join(folder, 'server.key'), 0o644);
  return {
    caFile: join(folder, 'ca.pem'),
    certFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
    otherCaFile: join(folder, 'other-ca.pem'),
  };
}

function createAuthority(run: (...args: readonly string[]) => void, name: string): void {
  run(...newKey(name), '-x509', '-days', '2', '-out', `${name}.pem`, '-subj', `/CN=chronos test ${name}`);
}

function newKey(name: string): readonly string[] {
  return [
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${name}.key`,
  ];
}
