// The one table of errors: code, message, and the MySQL errno and SQLSTATE where a client sees it.

/** What a client on the wire sees: `errno` 1..65535, `sqlState` five characters. */
interface WireError {
  readonly errno: number;
  readonly sqlState: string;
}

interface Row extends Partial<WireError> {
  /** Text with `{names}` that the error's details fill in; it says the value and the remedy. */
  readonly message: string;
}

/**
 * Every error that Chronos Fleet itself raises. docs/errors.md has a row for each, and a test holds the two together.
 * Rows with `errno` reach MySQL clients (numbers and states as the servers use them), the others operators.
 */
export const errorTable = {
  // Logging in
  ACCESS_DENIED: {
    errno: 1045,
    sqlState: '28000',
    message: "Access denied for user '{user}'@'{address}' (using password: {usingPassword})",
  },
  TOO_MANY_SESSIONS: {
    errno: 1040,
    sqlState: '08004',
    message: 'Too many connections: {max} sessions are open on this port (max_sessions)',
  },
  LOGIN_TIMEOUT: {
    errno: 1159,
    sqlState: '08S01',
    message: 'The login was not finished within {seconds} s (login_timeout)',
  },
  HANDSHAKE_FAILED: { errno: 1043, sqlState: '08S01', message: 'Bad handshake: {detail}' },
  TLS_REQUIRED: {
    errno: 3159,
    sqlState: 'HY000',
    message: 'Connections using insecure transport are prohibited on this port (tls.required)',
  },
  // Commands
  UNKNOWN_COMMAND: { errno: 1047, sqlState: '08S01', message: 'Unknown command' },
  COMMAND_REFUSED: {
    errno: 1227,
    sqlState: '42000',
    message:
      'Access denied: {command} is not served on this port, because it would affect every session behind it',
  },
  MALFORMED_PACKET: { errno: 1835, sqlState: 'HY000', message: 'Malformed communication packet: {detail}' },
  PACKETS_OUT_OF_ORDER: { errno: 1156, sqlState: '08S01', message: 'Got packets out of order' },
  PACKET_TOO_LARGE: {
    errno: 1153,
    sqlState: '08S01',
    message: "Got a packet bigger than 'max_allowed_packet' bytes ({size} > {max})",
  },
  PACKETS_ADDED: {
    errno: 1153,
    sqlState: '08S01',
    message:
      'With the values of its session put in, this command needs {needed} packets instead of {sent}: make it {bytes} bytes shorter',
  },
  CHARSET_REFUSED: {
    errno: 1231,
    sqlState: '42000',
    message: "Variable 'character_set_client' can't be set to the value of '{charset}'",
  },
  LONG_DATA_TOO_LARGE: {
    errno: 1105,
    sqlState: 'HY000',
    message:
      "Parameter of prepared statement which is set through mysql_send_long_data() is longer than 'max_allowed_packet' bytes",
  },
  LOCAL_INFILE_REFUSED: {
    errno: 1148,
    sqlState: '42000',
    message: 'The used command is not allowed because the client has disabled the local infile capability',
  },
  LOCAL_FILE_STALLED: {
    errno: 1159,
    sqlState: '08S01',
    message: 'Nothing of the local file came for {seconds} s (stall_timeout)',
  },
  UNKNOWN_STATEMENT: {
    errno: 1243,
    sqlState: 'HY000',
    message: 'Unknown prepared statement handler ({id}) given to {command}',
  },
  TOO_MANY_STATEMENTS: {
    errno: 1461,
    sqlState: '42000',
    message: "Can't create more than {max} prepared statements in one session",
  },
  STATEMENTS_TOO_LARGE: {
    errno: 1461,
    sqlState: '42000',
    message:
      "Can't create more prepared statements: the texts of those of the session have {size} bytes, and {max} is the limit",
  },
  VARIABLE_NAME_TOO_LONG: {
    errno: 3061,
    sqlState: '42000',
    message: "User variable name '{name}' is illegal: it has more than 256 letters",
  },
  // Waiting
  QUEUE_FULL: {
    errno: 1637,
    sqlState: 'HY000',
    message: 'Too many commands are waiting for the backend: {waiting} of {max} (max_queue_size); {holder}',
  },
  QUEUE_TIMEOUT: {
    errno: 1205,
    sqlState: 'HY000',
    message: 'Waited {seconds} s for the backend (queue_timeout), at place {place} of the queue; {holder}',
  },
  LOCK_DEADLOCK: {
    errno: 1213,
    sqlState: '40001',
    message: 'Deadlock found when trying to get lock; try restarting transaction',
  },
  // Cancelling
  QUERY_INTERRUPTED: { errno: 1317, sqlState: '70100', message: 'Query execution was interrupted' },
  CONNECTION_KILLED: { errno: 1927, sqlState: '70100', message: 'Connection was killed' },
  UNKNOWN_THREAD: { errno: 1094, sqlState: 'HY000', message: 'Unknown thread id: {id}' },
  QUERY_TIMEOUT: {
    errno: 3024,
    sqlState: 'HY000',
    message: 'Query execution was interrupted: it ran for {seconds} s (query_timeout)',
  },
  INTERNAL: {
    errno: 1105,
    sqlState: 'HY000',
    message: 'Chronos Fleet failed at this command, which may or may not have run: {detail}',
  },
  // Losing the backend, or one's hold on it
  BACKEND_LOST: {
    errno: 2013,
    sqlState: 'HY000',
    message: 'Lost connection to the backend during the statement, which may or may not have run ({detail})',
  },
  TRANSACTION_LOST: {
    errno: 1213,
    sqlState: '40001',
    message: 'The transaction was rolled back: {detail}; try restarting the transaction',
  },
  SESSION_STATE_LOST: {
    errno: 1213,
    sqlState: '40001',
    message: 'This statement was not run, because {detail}; set them up again and go on',
  },
  // Keeping what a client does not take
  SPOOL_FAILED: {
    errno: 1021,
    sqlState: 'HY000',
    message:
      'The reply was cut short: it was taken too slowly, and the disk of the instance could not keep the rest ({detail})',
  },
  SHUTTING_DOWN: { errno: 1053, sqlState: '08S01', message: 'The instance is being stopped' },
  // The port map and the commands that read and edit it
  FLEET_NOT_FOUND: {
    message:
      'No fleet here: neither {folder} nor a folder above it has config/fleet.yaml; make one with "chronos-fleet init", or name it with --fleet <dir>',
  },
  FLEET_NOT_THERE: {
    message:
      'No fleet in {folder}: it has no config/fleet.yaml; look at --fleet and CHRONOS_FLEET_ROOT, or make one with "chronos-fleet init"',
  },
  MAP_UNREADABLE: { message: 'The port map {file} cannot be read: {detail}' },
  MAP_INVALID: { message: 'The port map is refused, what runs goes on unchanged; to put right:\n{problems}' },
  MAP_EXISTS: { message: '{file} exists already and is left as it is; edit it, or choose another folder' },
  FILE_BUSY: {
    message:
      'Another command has been at work on {file} for {seconds} s; try again, or remove {file}.lock if none runs',
  },
  EDIT_REFUSED: {
    message: 'Nothing was changed, because the port map would be wrong; to put right:\n{problems}',
  },
  EDIT_IMPOSSIBLE: { message: '{path} in {file} cannot be changed by a command ({detail}); edit the file' },
  USER_NAME_REFUSED: { message: "'{user}' {detail}" },
  KEY_UNKNOWN: { message: "No key '{key}' for {target}{suggestion}; config/fleet.example.yaml has them all" },
  NO_FREE_PORT: { message: 'No port is left above {port}; give one with --port' },
  USER_EXISTS: {
    message:
      'User \'{user}\' exists already (port {port}); change it with "chronos-fleet set {user} key=value"',
  },
  USER_UNKNOWN: { message: "No user '{user}' in {file}{suggestion}; the users are: {users}" },
  PASSWORD_MISSING: {
    message:
      "No password for the backend user of '{user}'; give it with --password-stdin, --password-file <file>, or at a terminal",
  },
  SECRET_IN_ARGUMENT: {
    message:
      '{key} is not taken from the command line, where others can read it; set {key}_file=<file>, or let it name a variable of config/.env',
  },
  FILE_UNUSABLE: { message: '{file} cannot be used: {detail}' },
  SETTINGS_UNREADABLE: {
    message:
      'The settings of an instance in {file} cannot be used: {detail}; write them again with "chronos-fleet up"',
  },
  FOLDER_UNSAFE: { message: '{folder} is not safe to be written to: {detail}; remove it' },
  // Processes: PM2, the ports, and what applies the map
  ADMIN_SILENT: {
    message:
      'No answer from the admin endpoint {address}: {detail}; "chronos-fleet status" shows which instances run',
  },
  PM2_HOME_TOO_LONG: {
    message:
      'PM2_HOME is {home}, in which the path of a socket has {length} of at most {max} bytes, and PM2 would hang; choose a shorter one',
  },
  PM2_HOME_DIFFERS: {
    message:
      'The fleet in {root} runs under the PM2 in {remembered}, and PM2_HOME is {home}; set PM2_HOME={remembered}, or stop the fleet there first',
  },
  PM2_SILENT: {
    message:
      'PM2 did not answer within {seconds} s ({call}); the instances serve on. See {home}/pm2.log, and try again',
  },
  PM2_FAILED: { message: 'PM2 refused {call}: {detail}; see {home}/pm2.log' },
  PROCESS_NAME_TAKEN: {
    message:
      "PM2 runs a process called '{name}' already that is not this fleet's ({holder}); it is left alone. Rename or delete it, then run \"chronos-fleet up\"",
  },
  PORT_HELD: {
    message:
      '{address} is held by {holder}; stop that, or give {user} another port: chronos-fleet set {key}=N',
  },
  PORT_FORBIDDEN: { message: '{user} may not listen on {address}: {detail}' },
  INSTANCE_NOT_READY: {
    message: 'The instance of {user} did not get ready: {detail}; see "chronos-fleet logs {user}"',
  },
  INSTANCE_NOT_STOPPED: {
    message: 'Process {pid} of {user} did not end within {seconds} s; end it by hand',
  },
  DEMO_NOT_READY: {
    message: 'The demo backend did not get ready: port {port} does not greet; see {file}',
  },
  STARTUP_IMPOSSIBLE: { message: 'The fleet cannot be had started at boot: {detail}' },
  USAGE: { message: '{detail}' },
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof errorTable;

/** The codes of the errors that a MySQL client may see. */
export type WireErrorCode = {
  [C in ErrorCode]: (typeof errorTable)[C] extends WireError ? C : never;
}[ErrorCode];

type Names<M extends string> = M extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** The details that an error's message asks for, by name. */
export type ErrorDetails<C extends ErrorCode> = Record<
  Names<(typeof errorTable)[C]['message']>,
  string | number
>;

/** An error of the table. `code` is what programs look at; `message` names the value and the remedy. */
export class FleetError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'FleetError';

  constructor(
    readonly code: C,
    details: ErrorDetails<C>,
    options?: ErrorOptions,
  ) {
    super(fill(errorTable[code].message, details), options);
  }

  /** The MySQL error number that a client sees, or undefined where the error never reaches one. */
  get errno(): number | undefined {
    return (errorTable[this.code] as Row).errno;
  }

  /** The five-character SQLSTATE that a client sees, or undefined where the error never reaches one. */
  get sqlState(): string | undefined {
    return (errorTable[this.code] as Row).sqlState;
  }
}

/** An error that a MySQL client may see. */
export type ClientError = FleetError<WireErrorCode>;

/** Whether `error` is one of the table (and then, of one of `codes` where any are given). */
export function isFleetError<C extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly C[]
): error is FleetError<C> {
  return error instanceof FleetError && (codes.length === 0 || codes.some((code) => error.code === code));
}

function fill(message: string, details: Readonly<Record<string, string | number>>): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name]));
}
