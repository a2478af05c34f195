// System variables as literals that can be compared and sent again.
import { describe, expect, it } from 'vitest';
import {
  askByShow,
  askPlainly,
  initialLiteralOf,
  isCarried,
  literalOf,
  namesLiteral,
  namesToAsk,
  namesVariables,
  quoted,
  readPlainAnswer,
  unquoted,
} from '../../src/session/variables.js';

describe('the literal of a value that the server shows', () => {
  it.each([
    ['sql_select_limit', '18446744073709551615', '18446744073709551615'],
    ['long_query_time', '10.000000', '10.000000'],
    ['auto_increment_offset', '-1', '-1'],
    ['autocommit', 'ON', "'ON'"],
    ['time_zone', '+02:00', "'+02:00'"],
    ['sql_mode', '', "''"],
    ['character_set_results', '', 'NULL'],
    ['character_set_results', 'latin1', "'latin1'"],
    ['init_connect', "SET @a='1'", "'SET @a=''1'''"],
    ['x', '1e5', "'1e5'"],
    ['x', '1.', "'1.'"],
  ])('of %s = %j is %s', (name, shown, literal) => expect(literalOf(name, shown)).toBe(literal));

  it('holds for the moment only where the variable is a clock', () => {
    expect(initialLiteralOf('timestamp', '1700000000.123')).toBe('DEFAULT');
    expect(initialLiteralOf('time_zone', 'SYSTEM')).toBe("'SYSTEM'");
  });
});

describe('a text as a literal', () => {
  it('has its quotes doubled', () => {
    expect(quoted("it's")).toBe("'it''s'");
    expect(quoted('a "b"')).toBe(`'a "b"'`);
  });

  it('with a backslash is written without one, whose meaning depends on sql_mode', () => {
    expect(quoted('a\\b')).toBe('CONVERT(0x615c62 USING utf8)');
    expect(quoted("é\\'")).not.toContain('\\');
  });

  it('is found again where it is a plain one', () => {
    expect(unquoted("'STRICT_ALL_TABLES'")).toBe('STRICT_ALL_TABLES');
    expect(['10', 'NULL', 'DEFAULT'].map(unquoted)).toEqual(['', '', '']);
  });
});

describe('a variable', () => {
  it.each(['sql_mode', 'sql_select_limit', 'autocommit', 'time_zone', 'hot_cache.key_buffer_size'])(
    '%s is carried by difference',
    (name) => {
      expect(isCarried(name)).toBe(true);
      expect(namesToAsk(name)).toEqual([name]);
    },
  );

  it.each([
    'last_insert_id',
    'warning_count',
    'pseudo_thread_id',
    'rand_seed1',
    'session_track_schema',
    'A',
    'a=1,b',
    '',
  ])('%j is not', (name) => {
    expect(isCarried(name)).toBe(false);
    expect(namesToAsk(name)).toEqual([]);
  });

  it.each([
    'character_set_client',
    'character_set_connection',
    'character_set_results',
    'collation_connection',
  ])('%s makes all character sets to be asked for', (name) => {
    expect(namesToAsk(name)).toEqual([
      'character_set_client',
      'character_set_results',
      'collation_connection',
    ]);
  });
});

describe('asking the server', () => {
  it('for character sets leaves no trace in the diagnostics', () => {
    const names = ['character_set_client', 'collation_connection'];
    expect(askPlainly(names)).toBe(
      'SELECT @@session.character_set_client,@@session.collation_connection LIMIT 1',
    );
    expect(readPlainAnswer(names, [['latin1', null]])).toEqual([
      ['character_set_client', 'latin1'],
      ['collation_connection', ''],
    ]);
    expect(readPlainAnswer(names, [])).toEqual([]);
  });

  it('for others asks in the spelling in which values can be set again', () => {
    expect(askByShow(['autocommit', 'time_zone'])).toBe(
      "SHOW SESSION VARIABLES WHERE Variable_name IN ('autocommit','time_zone')",
    );
  });
});

it('SET NAMES decides three variables', () => {
  expect(namesLiteral('latin1', 'latin1_german2_ci')).toBe("'latin1' COLLATE 'latin1_german2_ci'");
  expect(namesVariables(namesLiteral('latin1', 'latin1_german2_ci'))).toEqual([
    ['character_set_client', "'latin1'"],
    ['character_set_results', "'latin1'"],
    ['collation_connection', "'latin1_german2_ci'"],
  ]);
});
