// MariaDB Connector/J, as DBeaver, Metabase and most Java tools connect.
import { existsSync } from 'node:fs';
import { findProgram } from '../support/programs.js';
import { itServes, programPath, runProgram } from './scenario.js';

const jar = '/usr/share/java/mariadb-java-client.jar';
const java = findProgram('java');
const missing = [
  existsSync(jar) ? undefined : 'libmariadb-java is not installed',
  // Running a source file needs the compiler.
  java === undefined || findProgram('javac') === undefined ? 'no JDK is installed' : undefined,
].find((reason) => reason !== undefined);

itServes({
  name: 'JDBC',
  missing,
  start: (errand) => {
    const args = [
      '-XX:TieredStopAtLevel=1',
      '-Dfile.encoding=UTF-8',
      '-cp',
      jar,
      programPath('JdbcClient.java'),
    ];
    return runProgram(java ?? '', args, errand);
  },
});
