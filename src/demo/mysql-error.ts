// The errors that the demo backend answers with, as a MySQL server numbers and words them.

/** Number, SQLSTATE and wording by the server's own names; `{names}` are filled in. */
const rows = {
  DBACCESS_DENIED: [1044, '42000', "Access denied for user '{user}' to database '{schema}'"],
  DB_CREATE_EXISTS: [1007, 'HY000', "Can't create database '{schema}'; database exists"],
  DB_DROP_EXISTS: [1008, 'HY000', "Can't drop database '{schema}'; database doesn't exist"],
  MULTIPLE_PRI_KEY: [1068, '42000', 'Multiple primary key defined'],
  NO_DB: [1046, '3D000', 'No database selected'],
  UNKNOWN_COMMAND: [1047, '08S01', 'Unknown command'],
  BAD_NULL: [1048, '23000', "Column '{column}' cannot be null"],
  BAD_DB: [1049, '42000', "Unknown database '{schema}'"],
  TABLE_EXISTS: [1050, '42S01', "Table '{table}' already exists"],
  BAD_TABLE: [1051, '42S02', "Unknown table '{table}'"],
  NON_UNIQUE: [1052, '23000', "Column '{column}' in {where} is ambiguous"],
  BAD_FIELD: [1054, '42S22', "Unknown column '{column}' in '{where}'"],
  DUP_FIELDNAME: [1060, '42S21', "Duplicate column name '{column}'"],
  DUP_KEYNAME: [1061, '42000', "Duplicate key name '{key}'"],
  DUP_ENTRY: [1062, '23000', "Duplicate entry '{entry}' for key '{key}'"],
  PARSE: [
    1064,
    '42000',
    "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '{near}' at line {line}",
  ],
  EMPTY_QUERY: [1065, '42000', 'Query was empty'],
  NONUNIQ_TABLE: [1066, '42000', "Not unique table/alias: '{table}'"],
  KEY_COLUMN_MISSING: [1072, '42000', "Key column '{column}' doesn't exist in table"],
  CANT_DROP_FIELD: [1091, '42000', "Can't DROP '{name}'; check that column/key exists"],
  NO_SUCH_THREAD: [1094, 'HY000', 'Unknown thread id: {id}'],
  KILL_DENIED: [1095, 'HY000', 'You are not owner of thread {id}'],
  NO_TABLES_USED: [1096, 'HY000', 'No tables used'],
  UNKNOWN_CHARACTER_SET: [1115, '42000', "Unknown character set: '{charset}'"],
  TABLE_MUST_HAVE_COLUMNS: [1113, '42000', 'A table must have at least 1 column'],
  WRONG_VALUE_COUNT: [1136, '21S01', "Column count doesn't match value count at row {row}"],
  NO_SUCH_TABLE: [1146, '42S02', "Table '{schema}.{table}' doesn't exist"],
  UNKNOWN_SYSTEM_VARIABLE: [1193, 'HY000', "Unknown system variable '{name}'"],
  LOCK_WAIT_TIMEOUT: [1205, 'HY000', 'Lock wait timeout exceeded; try restarting transaction'],
  WRONG_ARGUMENTS: [1210, 'HY000', 'Incorrect arguments to {what}'],
  CANT_DO_THIS: [1221, 'HY000', 'Incorrect usage of {what}'],
  LOCAL_VARIABLE: [1229, 'HY000', "Variable '{name}' is a GLOBAL variable and should be set with SET GLOBAL"],
  WRONG_VALUE_FOR_VAR: [1231, '42000', "Variable '{name}' can't be set to the value of '{value}'"],
  WRONG_TYPE_FOR_VAR: [1232, '42000', "Incorrect argument type to variable '{name}'"],
  NOT_SUPPORTED: [1235, '42000', "The demo backend doesn't yet support '{what}'"],
  READ_ONLY_VARIABLE: [1238, 'HY000', "Variable '{name}' is a read only variable"],
  OPERAND_COLUMNS: [1241, '21000', 'Operand should contain {columns} column(s)'],
  UNKNOWN_STATEMENT: [1243, 'HY000', 'Unknown prepared statement handler ({name}) given to {command}'],
  DERIVED_WITHOUT_ALIAS: [1248, '42000', 'Every derived table must have its own alias'],
  OUT_OF_RANGE: [1264, '22003', "Out of range value for column '{column}' at row 1"],
  DATA_TRUNCATED: [1265, '01000', "Data truncated for column '{column}' at row 1"],
  UNKNOWN_TIME_ZONE: [1298, 'HY000', "Unknown or incorrect time zone: '{zone}'"],
  UNKNOWN_COLLATION: [1273, 'HY000', "Unknown collation: '{collation}'"],
  TRUNCATED_WRONG_VALUE: [1292, '22007', "Incorrect {type} value: '{value}' for column '{column}' at row 1"],
  NO_SUCH_FUNCTION: [1305, '42000', '{kind} {name} does not exist'],
  TOO_MANY_ROWS: [1172, '42000', 'Result consisted of more than one row'],
  WRONG_COLUMN_COUNT: [1222, '21000', 'The used SELECT statements have a different number of columns'],
  RECURSION_TOO_DEEP: [
    3636,
    'HY000',
    'Recursive query aborted after {max} iterations. Try increasing @@cte_max_recursion_depth to a larger value.',
  ],
  SAVEPOINT_MISSING: [1305, '42000', 'SAVEPOINT {name} does not exist'],
  QUERY_INTERRUPTED: [1317, '70100', 'Query execution was interrupted'],
  VIEW_WRONG_LIST: [1353, 'HY000', "View's SELECT and view's field list have different column counts"],
  NO_DEFAULT: [1364, 'HY000', "Field '{column}' doesn't have a default value"],
  WRONG_VALUE_FOR_FIELD: [1366, 'HY000', "Incorrect {type} value: '{value}' for column '{column}' at row 1"],
  DATA_TOO_LONG: [1406, '22001', "Data too long for column '{column}' at row 1"],
  WRONG_PARAMETER_COUNT: [1582, '42000', "Incorrect parameter count in the call to native function '{name}'"],
  TOO_BIG_SELECT: [
    1104,
    '42000',
    'The SELECT would give more than the {max} rows that the demo backend gives; use LIMIT',
  ],
  BAD_REGEXP: [1139, '42000', "Got error '{detail}' from regexp"],
  INTERNAL: [1105, 'HY000', 'The demo backend failed at this statement: {detail}'],
  SQLITE: [1105, 'HY000', 'The embedded engine says: {detail}'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type MySqlErrorName = keyof typeof rows;
type Names<M extends string> = M extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Details<N extends MySqlErrorName> = Record<Names<(typeof rows)[N][2]>, string | number>;

/**
 * What the demo backend refuses a statement with. These are not errors of Chronos Fleet, whose table is src/errors.ts: here
 * the program plays the server behind it, and says what a server would say.
 */
export class MySqlError extends Error {
  override readonly name = 'MySqlError';

  constructor(
    readonly errno: number,
    readonly sqlState: string,
    message: string,
  ) {
    super(message);
  }
}

export function mysqlError<N extends MySqlErrorName>(name: N, details: Details<N>): MySqlError {
  const [errno, sqlState, message] = rows[name];
  const values: Record<string, string | number> = details;
  const filled = message.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key]));
  return new MySqlError(errno, sqlState, filled);
}
