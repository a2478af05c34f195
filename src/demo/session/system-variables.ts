// The system variables that clients ask for or set, with the values of a freshly started server.

import { mysqlError } from '../mysql-error.js';

export type VariableValue = string | number | null;

interface Variable {
  readonly value: VariableValue;
  readonly kind: 'number' | 'boolean' | 'text';
  /** `read-only` cannot be set at all, `global` not for a session, `session` is not listed by SHOW VARIABLES. */
  readonly access: 'both' | 'global' | 'session' | 'read-only';
}

export const serverVersion = '8.0.36-chronos-demo';
const ALL_ROWS = 18_446_744_073_709_551_615n.toString();

const number = (value: number, access: Variable['access'] = 'both'): Variable => ({
  value,
  kind: 'number',
  access,
});
const flag = (value: 0 | 1, access: Variable['access'] = 'both'): Variable => ({
  value,
  kind: 'boolean',
  access,
});
const text = (value: string | null, access: Variable['access'] = 'both'): Variable => ({
  value,
  kind: 'text',
  access,
});

const variables: Readonly<Record<string, Variable>> = {
  auto_increment_increment: number(1),
  auto_increment_offset: number(1),
  autocommit: flag(1),
  big_tables: flag(0),
  character_set_client: text('utf8mb4'),
  character_set_connection: text('utf8mb4'),
  character_set_database: text('utf8mb4'),
  character_set_filesystem: text('binary'),
  character_set_results: text('utf8mb4'),
  character_set_server: text('utf8mb4'),
  character_set_system: text('utf8mb3', 'read-only'),
  collation_connection: text('utf8mb4_0900_ai_ci'),
  collation_database: text('utf8mb4_0900_ai_ci'),
  collation_server: text('utf8mb4_0900_ai_ci'),
  datadir: text('(in memory)', 'read-only'),
  default_storage_engine: text('InnoDB'),
  default_week_format: number(0),
  div_precision_increment: number(4),
  error_count: number(0, 'session'),
  event_scheduler: text('OFF', 'global'),
  explicit_defaults_for_timestamp: flag(1),
  foreign_key_checks: flag(1),
  group_concat_max_len: number(1024),
  have_openssl: text('DISABLED', 'read-only'),
  have_ssl: text('DISABLED', 'read-only'),
  hostname: text('localhost', 'read-only'),
  identity: number(0, 'session'),
  init_connect: text('', 'global'),
  innodb_lock_wait_timeout: number(50),
  innodb_version: text('8.0.36', 'read-only'),
  insert_id: number(0, 'session'),
  interactive_timeout: number(28_800),
  last_insert_id: number(0, 'session'),
  lc_messages: text('en_US'),
  lc_time_names: text('en_US'),
  license: text('MIT', 'read-only'),
  local_infile: flag(0, 'global'),
  lock_wait_timeout: number(31_536_000),
  log_bin: flag(0, 'read-only'),
  lower_case_file_system: flag(1, 'read-only'),
  lower_case_table_names: number(2, 'read-only'),
  max_allowed_packet: number(67_108_864),
  max_connections: number(151, 'global'),
  max_execution_time: number(0),
  max_join_size: text(ALL_ROWS),
  max_user_connections: number(1, 'global'),
  net_buffer_length: number(16_384),
  net_read_timeout: number(30),
  net_write_timeout: number(60),
  optimizer_switch: text('index_merge=on'),
  performance_schema: flag(0, 'read-only'),
  port: number(0, 'read-only'),
  profiling: flag(0),
  protocol_version: number(10, 'read-only'),
  pseudo_thread_id: number(0, 'session'),
  query_cache_size: number(0, 'global'),
  query_cache_type: text('OFF'),
  rand_seed1: number(0, 'session'),
  rand_seed2: number(0, 'session'),
  read_only: flag(0, 'global'),
  server_id: number(1, 'global'),
  session_track_gtids: text('OFF'),
  session_track_schema: flag(1),
  session_track_state_change: flag(0),
  session_track_system_variables: text(
    'time_zone,autocommit,character_set_client,character_set_results,character_set_connection',
  ),
  session_track_transaction_info: text('OFF'),
  socket: text('', 'read-only'),
  sql_auto_is_null: flag(0),
  sql_big_selects: flag(1),
  sql_log_bin: flag(0),
  sql_mode: text(
    'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  ),
  sql_notes: flag(1),
  sql_quote_show_create: flag(1),
  sql_safe_updates: flag(0),
  sql_select_limit: text(ALL_ROWS),
  sql_warnings: flag(0),
  storage_engine: text('InnoDB'),
  system_time_zone: text('UTC', 'read-only'),
  time_zone: text('SYSTEM'),
  timestamp: number(0, 'session'),
  tmp_table_size: number(16_777_216),
  transaction_isolation: text('READ-COMMITTED'),
  transaction_read_only: flag(0),
  tx_isolation: text('READ-COMMITTED'),
  tx_read_only: flag(0),
  unique_checks: flag(1),
  version: text(serverVersion, 'read-only'),
  version_comment: text('Chronos Fleet demo backend', 'read-only'),
  version_compile_machine: text('wasm32', 'read-only'),
  version_compile_os: text('any', 'read-only'),
  wait_timeout: number(28_800),
  warning_count: number(0, 'session'),
};

/** Two names of one variable. */
const twins: Readonly<Record<string, string>> = {
  tx_isolation: 'transaction_isolation',
  tx_read_only: 'transaction_read_only',
  identity: 'last_insert_id',
  storage_engine: 'default_storage_engine',
};

export interface VariableStore {
  get(name: string): VariableValue;
  /** `value` undefined: back to the default. */
  set(name: string, value: VariableValue | undefined): void;
  /** For SHOW VARIABLES: names in order, booleans as ON and OFF. */
  listed(): [name: string, shown: string][];
}

/** @throws MySqlError 1193 for a variable that is not known */
function known(name: string): Variable {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (variable === undefined) throw mysqlError('UNKNOWN_SYSTEM_VARIABLE', { name });
  return variable;
}

/** The global variables, or with `defaults` a session's own on top of them. */
export function createVariables(defaults?: VariableStore): VariableStore {
  const own = new Map<string, VariableValue>();
  const get = (name: string): VariableValue => {
    const { value } = known(name);
    const key = twins[name] ?? name;
    const set = own.get(key);
    if (set !== undefined || own.has(key)) return set ?? null;
    return defaults ? defaults.get(key) : value;
  };
  return {
    get,
    set(name, value) {
      const key = twins[name] ?? name;
      if (value === undefined) own.delete(key);
      else own.set(key, value);
    },
    listed: () =>
      Object.entries(variables)
        .filter(([, variable]) => variable.access !== 'session')
        .map(([name, { kind }]) => [name, shown(get(name), kind)]),
  };
}

function shown(value: VariableValue, kind: Variable['kind']): string {
  if (kind === 'boolean') return value === 1 ? 'ON' : 'OFF';
  return value === null ? '' : String(value);
}

const numericText = new Set(['sql_select_limit', 'max_join_size']);

/**
 * What SET makes of a value.
 * @throws MySqlError 1193, 1229, 1231, 1232, 1238
 */
export function checkedValue(name: string, value: VariableValue, scope: 'session' | 'global'): VariableValue {
  const { kind, access } = known(name);
  if (access === 'read-only') throw mysqlError('READ_ONLY_VARIABLE', { name });
  if (access === 'global' && scope === 'session') throw mysqlError('LOCAL_VARIABLE', { name });
  if (kind === 'boolean') return booleanValue(name, value);
  if (kind === 'number' || numericText.has(name)) {
    if (value === null || !/^-?\d+$/.test(String(value))) throw mysqlError('WRONG_TYPE_FOR_VAR', { name });
    return kind === 'number' ? Number(value) : String(value);
  }
  if (name === 'sql_mode') return modeValue(value);
  return value === null ? null : String(value);
}

function booleanValue(name: string, value: VariableValue): 0 | 1 {
  const word = String(value).toUpperCase();
  if (['1', 'ON', 'TRUE'].includes(word)) return 1;
  if (['0', 'OFF', 'FALSE'].includes(word)) return 0;
  throw mysqlError('WRONG_VALUE_FOR_VAR', { name, value: String(value) });
}

function modeValue(value: VariableValue): string {
  const modes = String(value ?? '')
    .toUpperCase()
    .split(',')
    .map((mode) => mode.trim());
  const spelledOut = modes.flatMap((mode) =>
    mode === 'ANSI' ? ['REAL_AS_FLOAT', 'PIPES_AS_CONCAT', 'ANSI_QUOTES', 'IGNORE_SPACE', 'ANSI'] : [mode],
  );
  return [...new Set(spelledOut)].filter((mode) => mode !== '').join(',');
}
