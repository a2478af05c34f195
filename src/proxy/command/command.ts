// A client's command, with as much of it read as the proxy needs.

import { FleetError } from '../../errors.js';
import type { Session, ServerFacts } from '../../session/session.js';
import type { PreparedStatement } from '../../session/prepared-statements.js';
import { checkTextRoom } from '../../session/text-statements.js';
import { LONGEST_NAME } from '../../session/user-variables.js';
import { createTextReader } from '../../sql/cache.js';
import type { SqlMode, Statement } from '../../sql/types.js';
import { Command } from '../../wire/constants.js';
import type { Frame } from '../../wire/framing.js';
import type { ReplyForm } from '../../wire/reply-phase.js';
import { keepConnection } from './keep-connection.js';

export interface ClientCommand {
  readonly code: number;
  readonly payload: Buffer;
  /** Sequence number of its last packet; the reply goes on behind it. */
  readonly lastSequence: number;
  readonly form: ReplyForm;
  /** What its statements do; for a prepared statement's execution, what its text does. */
  readonly effects: readonly Statement[];
  /** Provably without effect: it may be sent behind something that may fail, and again after a loss. */
  readonly isRead: boolean;
  /** The prepared statement that it is about. */
  readonly statement: PreparedStatement | null;
  /** For people: the statement with `?` for its literals, or the command's name. */
  readonly fingerprint: string;
  /** The statement itself; null for commands without one. */
  readonly text: Buffer | null;
}

/** Tools send the same texts again and again. */
const readText = createTextReader();

/**
 * Reads a command that goes to the backend.
 * @throws UNKNOWN_STATEMENT, TOO_MANY_STATEMENTS, STATEMENTS_TOO_LARGE, VARIABLE_NAME_TOO_LONG, PACKET_TOO_LARGE, MALFORMED_PACKET,
 *   COMMAND_REFUSED
 */
export function readCommand(frame: Frame, session: Session, facts: ServerFacts): ClientCommand {
  const code = frame.payload[0] ?? 0;
  const payload = code === Command.STMT_PREPARE ? ownCopy(frame.payload) : frame.payload;
  const plain = { code, payload, lastSequence: frame.lastSequence, statement: null, effects: [], text: null };
  switch (code) {
    case Command.QUERY:
    case Command.STMT_PREPARE: {
      const isQuery = code === Command.QUERY;
      if (!isQuery) session.statements.forgetLast();
      const text = payload.subarray(1);
      const mode = session.sqlMode(facts);
      const read = readText(text, mode);
      const effects = withTexts(read.statements, session, mode);
      if (!isQuery) session.statements.checkRoom();
      checkTextRoom(session.textStatements, effects);
      checkNames(effects);
      const command: ClientCommand = {
        ...plain,
        text,
        effects,
        form: isQuery ? 'query' : 'prepare',
        isRead: !isQuery || (effects.length > 0 && effects.every((effect) => effect.isRead)),
        fingerprint: read.fingerprint,
      };
      return keepConnection(command, session);
    }
    case Command.STMT_EXECUTE:
      return readExecute(plain, session);
    case Command.STMT_FETCH:
      return { ...plain, ...onStatement(plain, session, 'mysqld_stmt_fetch'), form: 'rows', isRead: false };
    case Command.STMT_RESET:
      return { ...plain, ...onStatement(plain, session, 'mysqld_stmt_reset'), form: 'ok', isRead: true };
    case Command.INIT_DB:
      return {
        ...plain,
        form: 'ok',
        isRead: true,
        fingerprint: useOf(payload.toString('utf8', 1, LONGEST_SHOWN)),
      };
    case Command.FIELD_LIST:
      return { ...plain, form: 'fields', isRead: true, fingerprint: 'COM_FIELD_LIST' };
    case Command.STATISTICS:
      return { ...plain, form: 'text', isRead: true, fingerprint: 'COM_STATISTICS' };
    case Command.PROCESS_INFO:
      return { ...plain, form: 'query', isRead: true, fingerprint: 'COM_PROCESS_INFO' };
    case Command.DEBUG:
      return { ...plain, form: 'ok', isRead: false, fingerprint: 'COM_DEBUG' };
    default:
      throw new FleetError('UNKNOWN_COMMAND', {});
  }
}

/** Names of variables are kept beyond their sessions, as long as the connection has them. */
function checkNames(effects: readonly Statement[]): void {
  for (const { userVariables } of effects)
    for (const name of userVariables.mentioned)
      if (name.length > LONGEST_NAME)
        throw new FleetError('VARIABLE_NAME_TOO_LONG', { name: `${name.slice(0, SHOWN_OF_NAME)}...` });
}

const SHOWN_OF_NAME = 64;

/** Bytes of a schema's name that are shown: those that there are have 64 letters at most. */
const LONGEST_SHOWN = 200;

/** The fingerprint of a command that makes the schema the current one. */
export function useOf(schema: string): string {
  return `USE ${schema.slice(0, LONGEST_SHOWN).replace(/\p{Cc}/gu, ' ')}`;
}

/** EXECUTE does what the text of its PREPARE does; PREPARE touches the user variables that its text assigns. */
function withTexts(effects: readonly Statement[], session: Session, mode: SqlMode): readonly Statement[] {
  const haveTexts = effects.some(
    ({ prepare, execute, runs }) => prepare !== null || execute !== null || runs !== null,
  );
  if (!haveTexts) return effects;
  const made = new Map<string, string | null>();
  return effects.flatMap((effect) => {
    const read = (text: string): readonly Statement[] =>
      readText(Buffer.from(text, 'latin1'), mode).statements;
    const { prepare } = effect;
    if (prepare !== null) made.set(prepare.name, prepare.text);
    if (prepare !== null && prepare.text !== null) return [preparing(effect, read(prepare.text))];
    const executed = executedText(effect, session, made);
    if (executed === null) return [effect];
    // They stand in the command where what executes them stands.
    const { start, end } = effect;
    const inner = read(executed).map((inner) => ({ ...inner, start, end }));
    const needsSchema = effect.execute === null && inner[0]?.needsSchema === true;
    const usesSchema = effect.usesSchema || asksOfSchema(inner);
    const asked = inner.flatMap(({ asksOfSchema }) => asksOfSchema);
    return [{ ...effect, runs: executed, needsSchema, usesSchema, asksOfSchema: asked }, ...inner];
  });
}

/** Nothing can be put in the place of such a question in a text that another statement brings. */
function asksOfSchema(brought: readonly Statement[]): boolean {
  return brought.some(({ asksOfSchema }) => asksOfSchema.length > 0);
}

/**
 * The text that the statement executes; null where it executes none that is known.
 * @param made what statements before it have prepared; null for what they took from a variable
 */
function executedText(
  { execute, runs }: Statement,
  { textStatements }: Session,
  made: ReadonlyMap<string, string | null>,
): string | null {
  if (execute === null) return runs;
  const text = made.get(execute);
  return text === undefined ? (textStatements.get(execute)?.text ?? null) : text;
}

/** The server makes the variables that a text is to assign, or changes their character set, when it is prepared. */
function preparing(effect: Statement, prepared: readonly Statement[]): Statement {
  const assigned = prepared.flatMap(({ userVariables }) => userVariables.assigned);
  const { userVariables } = effect;
  return {
    ...effect,
    usesSchema: prepared.some(({ usesSchema }) => usesSchema) || asksOfSchema(prepared),
    needsSchema: prepared[0]?.needsSchema === true,
    asksOfSchema: prepared.flatMap(({ asksOfSchema }) => asksOfSchema),
    userVariables: {
      mentioned: [...userVariables.mentioned, ...assigned],
      assigned: [...userVariables.assigned, ...assigned],
    },
  };
}

/** The bytes alone: what stays with the session must not keep the chunk, or the pool, that they are a part of. */
function ownCopy(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

type Plain = Omit<ClientCommand, 'form' | 'isRead' | 'fingerprint'>;

function readExecute(plain: Plain, session: Session): ClientCommand {
  const about = onStatement(plain, session, 'mysqld_stmt_execute');
  about.statement.longData.check();
  const { effects } = about.statement;
  const wantsCursor = (plain.payload[FLAGS_AT] ?? 0) !== 0;
  // Cursors live on the connection: an execution that opens one is no mere read.
  const opensCursor = wantsCursor && effects.every(mayHaveCursor);
  const isRead = !opensCursor && effects.length > 0 && effects.every((effect) => effect.isRead);
  const payload = wantsCursor && !opensCursor ? withoutCursor(plain.payload) : plain.payload;
  return { ...plain, ...about, payload, effects, form: opensCursor ? 'cursor' : 'query', isRead };
}

/** Where a COM_STMT_EXECUTE payload says which cursor is wanted. */
const FLAGS_AT = 5;

const withCursors: ReadonlySet<string> = new Set('SELECT WITH VALUES TABLE SHOW DESCRIBE DESC'.split(' '));

/** Asked for a cursor of anything else, servers send replies that cannot be followed (CALL, ANALYZE), or break down. */
function mayHaveCursor({ verb, setsForItself, isRead }: Statement): boolean {
  return withCursors.has(verb) || (setsForItself && isRead);
}

function withoutCursor(payload: Buffer): Buffer {
  const out = Buffer.from(payload);
  out[FLAGS_AT] = 0;
  return out;
}

function onStatement(
  { payload }: Plain,
  session: Session,
  command: string,
): { statement: PreparedStatement; fingerprint: string } {
  const statement = session.statements.get(statementId(payload), command);
  return { statement, fingerprint: statement.fingerprint };
}

/** The statement id in a COM_STMT_ payload. @throws MALFORMED_PACKET */
export function statementId(payload: Buffer): number {
  if (payload.length < 5)
    throw new FleetError('MALFORMED_PACKET', { detail: 'a command without its statement id' });
  return payload.readUInt32LE(1);
}

/** A client that rolls back gets what it asks for, also when that has been done for it. */
export function isRollback({ code, effects }: ClientCommand): boolean {
  return code === Command.QUERY && effects.length === 1 && effects[0]?.verb === 'ROLLBACK';
}

/** What the command does where that is one statement, be it by EXECUTE; undefined where it is several. */
export function onlyEffect({ effects }: Pick<ClientCommand, 'effects'>): Statement | undefined {
  const [first, second, ...more] = effects;
  if (second === undefined) return first;
  // What EXECUTE runs is the next effect.
  return first?.runs != null && more.length === 0 ? second : undefined;
}

/** A statement that is looked at as a whole is short; a longer text is not worth (or is out for) the time. */
const SHORT_BYTES = 256;

/** The text of a short COM_QUERY, for patterns; empty for any other command. */
export function shortText({ code, text }: ClientCommand): string {
  return code === Command.QUERY && text !== null ? ifShort(text) : '';
}

/** A short text, for patterns of a statement as a whole; empty for a longer one, of which a part would pass for the whole. */
export function ifShort(text: Buffer): string {
  return text.length <= SHORT_BYTES ? text.toString('latin1') : '';
}
