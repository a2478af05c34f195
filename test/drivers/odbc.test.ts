// ODBC through unixODBC with MariaDB's driver, as Tableau and Excel connect.
import { existsSync } from 'node:fs';
import { itServes, programPath, runProgram, works } from './scenario.js';
import { findProgram } from '../support/programs.js';

const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((abi) => `/usr/lib/${abi}`);
const findLibrary = (...names: readonly string[]): string | undefined =>
  libraries.flatMap((folder) => names.map((name) => `${folder}/${name}`)).find((path) => existsSync(path));

const manager = findLibrary('libodbc.so.2');
const driver = findLibrary('odbc/libmaodbc.so', 'libmaodbc.so');
const python = [findProgram('python3'), '/usr/bin/python3']
  .filter((path) => path !== undefined)
  .find((path) => works(path, '-c', 'import ctypes'));

const missing = [
  manager === undefined ? 'unixodbc is not installed' : undefined,
  driver === undefined ? 'odbc-mariadb is not installed' : undefined,
  python === undefined ? 'python3 is not installed' : undefined,
].find((reason) => reason !== undefined);

itServes({
  name: 'ODBC',
  missing,
  start: (errand) =>
    runProgram(python ?? '', [programPath('odbc_client.py')], errand, {
      env: { ODBC_LIBRARY: manager ?? '', ODBC_DRIVER: driver ?? '' },
    }),
});
