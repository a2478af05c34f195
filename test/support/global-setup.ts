// Before the first test: the MariaDB that all test files share, given by CHRONOS_TEST_MARIADB or started here.
import type { TestProject } from 'vitest/node';
import type { ServerAddress } from './mariadb.js';
import { startMariadbProcess } from './mariadb-process.js';

/** Provides `mariadb` to the tests; what it returns ends the server again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.CHRONOS_TEST_MARIADB;
  if (url !== undefined && url !== '') {
    project.provide('mariadb', addressOf(url));
    return () => Promise.resolve();
  }
  const server = await startMariadbProcess();
  const { port, certificates } = server;
  const address: ServerAddress = { host: '127.0.0.1', port, user: 'root', password: '' };
  project.provide('mariadb', certificates === undefined ? address : { ...address, certificates });
  return () => server.destroy();
}

function addressOf(url: string): ServerAddress {
  const { hostname, port, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username) || 'root',
    password: decodeURIComponent(password),
  };
}
