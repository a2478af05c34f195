// Makes statements whose effects are known, written in all the ways in which they may be written.
import type { SqlMode, Statement } from '../../src/sql/types.js';
import type { Random } from './random.js';

/** A statement and what reading it must tell. */
export interface Generated {
  readonly text: string;
  readonly told: Partial<Statement>;
}

/** Text that would do something if it stood outside of a string, a name or a comment. */
const hostile = [
  '; DROP TABLE x; ',
  '@evil := 1',
  'GET_LOCK(1)',
  " INTO @evil FOR UPDATE '",
  '"',
  '`',
  '-- ',
  '#',
  '/*',
  '/*!50000 ',
  '\\',
  "\\'",
  'f(1)',
  'ok',
  '',
];

const names = ['a', 'B1', 'tmp', '$x', 'select', 'x y', 'a`b', '#Tableau_sid_1', "it's", 'é'];

/** Writes words, names and strings for one mode, with white space and comments between them. */
export interface Writer {
  /** Joins pieces with gaps; words of capitals are keywords, written in any case and in version comments. */
  join(...pieces: readonly string[]): string;
  /** A string literal for the value. */
  string(value: string): string;
  /** An identifier, quoted where it must be. */
  name(name: string): string;
  /** Something between statements that is none. */
  gap(): string;
}

export function writer(random: Random, mode: SqlMode): Writer {
  const gap = (): string => random.list(1, 2, () => oneGap(random, mode)).join('');
  return {
    gap,
    join: (...pieces) =>
      pieces.map((piece) => writePiece(random, mode, piece)).reduce((text, piece) => text + gap() + piece),
    string: (value) => writeString(random, mode, value),
    name: (name) => writeName(random, mode, name),
  };
}

function oneGap(random: Random, mode: SqlMode): string {
  const inside = (): string => random.pick(hostile).replaceAll('*/', '').replaceAll('\n', '');
  return random.pick<() => string>([
    () => ' ',
    () => ' ',
    () => '\t',
    () => '\r\n',
    () => '\v\f',
    () => `/*${inside()}*/`,
    () => `-- ${inside()}\n`,
    () => `#${inside()}\n`,
    () => `/*!99999 ${inside().replaceAll('/*', '')} /* ; */ x */`,
    () => `/*${mode.mariadb ? 'N' : 'M'}! ${inside()}*/`,
  ])();
}

function writePiece(random: Random, mode: SqlMode, piece: string): string {
  if (!/^[A-Z_]+$/.test(piece)) return piece;
  const word = random.pick([
    piece,
    piece.toLowerCase(),
    `${piece.slice(0, 1)}${piece.slice(1).toLowerCase()}`,
  ]);
  if (!random.oneIn(6)) return word;
  const start = random.pick(
    mode.mariadb ? ['/*!', '/*!50000', '/*M!', '/*M!100100', '/*!40101'] : ['/*!', '/*!50000'],
  );
  return `${start} ${word} */`;
}

function writeString(random: Random, mode: SqlMode, value: string): string {
  const quote = mode.ansiQuotes || random.oneIn(2) ? "'" : '"';
  const backslashes = !mode.noBackslashEscapes;
  const written = Array.from(value, (character) => {
    if (character === quote) return backslashes && random.oneIn(2) ? `\\${quote}` : quote + quote;
    if (character === '\\' && backslashes) return '\\\\';
    return character === '\n' && backslashes && random.oneIn(2) ? '\\n' : character;
  });
  return quote + written.join('') + quote;
}

const reserved = new Set(['select']);

function writeName(random: Random, mode: SqlMode, name: string): string {
  if (/^[\w$]+$/.test(name) && !reserved.has(name) && !random.oneIn(3)) return name;
  if (mode.ansiQuotes && random.oneIn(2)) return `"${name.replaceAll('"', '""')}"`;
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Makes one statement. */
type Maker = (random: Random, write: Writer, mode: SqlMode) => Generated;

function value(random: Random): string {
  return random.list(1, 3, () => random.pick(hostile)).join('');
}

function variable(random: Random, mode: SqlMode): { written: string; name: string } {
  const name = random.pick(names);
  if (/^[\w$]+$/.test(name) && random.oneIn(2)) return { written: `@${name}`, name: name.toLowerCase() };
  const quoted = random.oneIn(2) ? `\`${name.replaceAll('`', '``')}\`` : writeString(random, mode, name);
  return { written: `@${quoted}`, name: name.toLowerCase() };
}

const select: Maker = (random, write) => {
  const items = random.list(1, 4, () =>
    random.pick([() => write.string(value(random)), () => '1.5e3', () => 'NULL', () => "x'3b27'"])(),
  );
  return {
    text: write.join('SELECT', items.join(`${write.gap()},${write.gap()}`)),
    told: { verb: 'SELECT', isRead: true, writes: false, usesSchema: false, opaque: null },
  };
};

const selectFrom: Maker = (random, write) => {
  const isQualified = random.oneIn(2);
  const table = write.name(random.pick(names));
  const from = isQualified ? `${write.name('d')}.${table}` : table;
  const text = write.join(
    'SELECT',
    '*',
    'FROM',
    from,
    'AS',
    write.name('x'),
    'WHERE',
    write.name('y'),
    '=',
    '5',
  );
  return { text, told: { isRead: true, opaque: null, usesSchema: !isQualified } };
};

const assignInSelect: Maker = (random, write, mode) => {
  const { written, name } = variable(random, mode);
  const told = { isRead: false, userVariables: { mentioned: [name], assigned: [name] } };
  const assigned = random.oneIn(2)
    ? write.join('SELECT', written, ':=', write.string(value(random)))
    : write.join('SELECT', write.string(value(random)), 'INTO', written);
  return { text: assigned, told: { ...told, opaque: null } };
};

const unknownCall: Maker = (random, write) => {
  const called = random.pick(['f', 'my_func', 'é', 'd.abs', '`f`']);
  const text = write.join('SELECT', '1', '+', `${called}(`, write.string(value(random)), ')');
  return { text, told: { isRead: false, writes: true } };
};

const lock: Maker = (random, write) => ({
  text: write.join('SELECT', 'GET_LOCK', '(', write.string(value(random)), ',', '1', ')'),
  told: { isRead: false, locks: ['get-lock'], opaque: null },
});

const plainValues: readonly (readonly [text: string, sql: string | null])[] = [
  ['1', '1'],
  ['-5', '-5'],
  ['on', "'on'"],
  ['NULL', 'NULL'],
  ['DEFAULT', null],
];

const set: Maker = (random, write) => {
  const assigns: Statement['assigns'][number][] = [];
  const items = random.list(1, 4, () => {
    const name = random.pick(['sql_select_limit', 'Max_Statement_Time', 'lc_time_names']);
    const scope = random.pick(['', 'SESSION ', 'LOCAL ', '@@', '@@session.', '@@local.']);
    const text = random.pick(['abc', "it's", '']);
    const [written, sql] = random.oneIn(3)
      ? ([write.string(text), `'${text.replaceAll("'", "''")}'`] as const)
      : random.pick(plainValues);
    assigns.push({
      name: name.toLowerCase(),
      value: sql === null ? { kind: 'default' } : { kind: 'literal', sql },
    });
    return write.join(`${scope}${name}`, random.pick(['=', ':=']), written);
  });
  return {
    text: write.join('SET', items.join(write.gap() + ',')),
    told: { assigns, opaque: null, isRead: false },
  };
};

const kill: Maker = (random, write) => {
  const what = random.pick(['query', 'connection'] as const);
  const id = random.below(1_000_000);
  const words = what === 'query' ? ['QUERY'] : random.pick([[], ['CONNECTION']]);
  return { text: write.join('KILL', ...words, String(id)), told: { kill: { what, id }, opaque: null } };
};

const createTemporary: Maker = (random, write) => {
  const name = random.pick(names);
  const text = write.join('CREATE', 'TEMPORARY', 'TABLE', write.name(name), '(', write.name('c'), 'INT', ')');
  return {
    text,
    told: { temporaryTables: { created: [name.toLowerCase()], dropped: [], renamed: [] }, opaque: null },
  };
};

const drop: Maker = (random, write) => {
  const dropped = random.list(1, 3, () => random.pick(names));
  const list = dropped.map((name) => `${random.oneIn(3) ? 'd.' : ''}${write.name(name)}`);
  const text = write.join('DROP', 'TABLE', 'IF', 'EXISTS', list.join(`${write.gap()},${write.gap()}`));
  const lower = dropped.map((name) => name.toLowerCase());
  return { text, told: { temporaryTables: { created: [], dropped: lower, renamed: [] }, opaque: null } };
};

const prepare: Maker = (random, write) => {
  const name = random.pick(names);
  const prepared = value(random);
  return {
    text: write.join('PREPARE', write.name(name), 'FROM', write.string(prepared)),
    told: { prepare: { name: name.toLowerCase(), text: prepared, from: null }, opaque: null },
  };
};

const use: Maker = (random, write) => {
  const name = random.pick(names);
  return { text: write.join('USE', write.name(name)), told: { use: name, opaque: null } };
};

const insert: Maker = (random, write) => {
  const row = `(${write.string(value(random))}, 5)`;
  const text = write.join(
    'INSERT',
    'INTO',
    write.name(random.pick(names)),
    '(a, b)',
    'VALUES',
    row,
    ',',
    row,
  );
  return { text, told: { writes: true, mayRunTriggers: true, opaque: null } };
};

const commit: Maker = (_random, write) => ({
  text: write.join('COMMIT', 'AND', 'CHAIN'),
  told: { beginsTransaction: true, endsTransaction: true, endsConnection: false, opaque: null },
});

const makers: readonly Maker[] = [
  select,
  selectFrom,
  assignInSelect,
  unknownCall,
  lock,
  set,
  kill,
  createTemporary,
  drop,
  prepare,
  use,
  insert,
  commit,
];

/** One to four statements and the text that holds them all. */
export function generate(random: Random, mode: SqlMode): { text: string; statements: readonly Generated[] } {
  const write = writer(random, mode);
  const statements = random.list(1, 4, () => random.pick(makers)(random, write, mode));
  const end = (): string => random.list(1, 2, () => `${write.gap()};${write.gap()}`).join('');
  const texts = statements.map(({ text }) => text);
  return { text: write.gap() + texts.reduce((all, text) => all + end() + text) + write.gap(), statements };
}
