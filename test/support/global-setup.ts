// Before the first test: the folder that all temporary folders are made in, and the MariaDB that all test files share,
// given by CHRONOS_TEST_MARIADB or started here.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { TestProject } from 'vitest/node';
import type { ServerAddress } from './mariadb.js';
import { startMariadbProcess } from './mariadb-process.js';

/** Provides `mariadb` to the tests; what it returns ends the server again, and removes what the tests left in temporary folders. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeFolder = moveTemporaryFolder();
  const endServer = await shareServer(project);
  return async () => {
    await endServer();
    removeFolder();
  };
}

/** Makes a folder of this run what `tmpdir()` tells the tests and all programs that they start; the function removes it. */
function moveTemporaryFolder(): () => void {
  // A short name: the paths of sockets have about a hundred bytes.
  const folder = mkdtempSync(join(tmpdir(), 'ct-'));
  // A server under an account of its own has to come through.
  chmodSync(folder, 0o755);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}

async function shareServer(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.CHRONOS_TEST_MARIADB;
  if (url !== undefined && url !== '') {
    const foreign = addressOf(url);
    const restore = await prepareForeign(foreign);
    project.provide('mariadb', foreign);
    return restore;
  }
  const server = await startMariadbProcess();
  const { port, certificates } = server;
  const address: ServerAddress = { host: '127.0.0.1', port, user: 'root', password: '' };
  await indexGeneralLog(address);
  project.provide('mariadb', certificates === undefined ? address : { ...address, certificates });
  return () => server.destroy();
}

/** All tests write to it, and many look for what an account of theirs has written: as a file of text it is read whole each time. */
async function indexGeneralLog({ host, port, user, password }: ServerAddress): Promise<void> {
  const connection = await mysql.createConnection({ host, port, user, password });
  for (const sql of [
    'SET GLOBAL general_log = 0',
    'ALTER TABLE mysql.general_log ENGINE = MyISAM, ADD INDEX (user_host(64))',
    'SET GLOBAL general_log = 1',
  ])
    await connection.query(sql);
  await connection.end();
}

function addressOf(url: string): ServerAddress {
  const { hostname, port, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username) || 'root',
    password: decodeURIComponent(password),
    foreign: true,
  };
}

/** Settings that the tests need; the function gives the server its own back. */
async function prepareForeign({ host, port, user, password }: ServerAddress): Promise<() => Promise<void>> {
  const wanted = {
    log_output: 'TABLE',
    general_log: 1,
    local_infile: 1,
    max_allowed_packet: 64 * 1024 * 1024,
  };
  const connection = await mysql.createConnection({ host, port, user, password });
  const names = Object.keys(wanted).map((name) => `@@GLOBAL.${name} AS ${name}`);
  const [[before = {}]] = await connection.query<RowDataPacket[]>(`SELECT ${names.join(', ')}`);
  const set = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    for (const [name, value] of Object.entries(values)) {
      await connection.query(`SET GLOBAL ${name} = ?`, [value]);
    }
  };
  await set(wanted);
  return async () => {
    await set(before);
    await connection.end();
  };
}
