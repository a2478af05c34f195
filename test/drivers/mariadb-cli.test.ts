// The mariadb command line; its cancel is Ctrl-C, for which it opens a second connection.
import { findProgram } from '../support/programs.js';
import { itServes, runProgram } from './scenario.js';

const cli = findProgram('mariadb', 'mysql');

itServes({
  name: 'the mariadb command line',
  missing: cli === undefined ? 'mariadb-client-core is not installed' : undefined,
  start: (errand) => {
    const { instance, account, longStatement } = errand;
    const input = `
      SELECT CONCAT('query ', 40 + 2, ' nämé');
      PREPARE sum_of FROM 'SELECT CONCAT(?, 40 + 2)';
      EXECUTE sum_of USING 'prepared ';
      DEALLOCATE PREPARE sum_of;
      ${longStatement};
      SELECT 'after 1';`;
    const where = ['--protocol=tcp', '-h127.0.0.1', `-P${instance.port}`, `-u${account.user}`];
    const how = [
      '--batch',
      '--skip-column-names',
      '--unbuffered',
      '--force',
      '--default-character-set=utf8mb4',
    ];
    return runProgram(cli ?? '', ['--no-defaults', ...where, ...how, account.schema], errand, {
      env: { MYSQL_PWD: account.password },
      input,
      cancelBySignal: 'SIGINT',
    });
  },
  says: { cancelled: 'Ctrl-C -- query killed.' },
  complains: /ERROR 1317 \(70100\)/,
});
