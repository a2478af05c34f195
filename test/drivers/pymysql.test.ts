// PyMySQL, as Superset and most Python tools use it.
import { itServes, programPath, runProgram, works } from './scenario.js';

// Debian's package is for Debian's Python, which need not be the first on the PATH.
const python = ['/usr/bin/python3', 'python3'].find((each) => works(each, '-c', 'import pymysql'));

itServes({
  name: 'PyMySQL',
  missing: python === undefined ? 'python3-pymysql is not installed' : undefined,
  start: (errand) => runProgram(python ?? '', [programPath('pymysql_client.py')], errand),
});
