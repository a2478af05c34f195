// Perl DBI with both of its drivers: DBD::MariaDB and DBD::mysql.
import { itServes, programPath, runProgram, works } from './scenario.js';

const packages = { MariaDB: 'libdbd-mariadb-perl', mysql: 'libdbd-mysql-perl' };

for (const [driver, debian] of Object.entries(packages)) {
  itServes({
    name: `Perl DBD::${driver}`,
    missing: works('perl', `-MDBD::${driver}`, '-e1') ? undefined : `${debian} is not installed`,
    start: (errand) =>
      runProgram('perl', [programPath('dbi_client.pl')], errand, { env: { DBI_DRIVER: driver } }),
    says: { query: 'query 42' },
  });
}
