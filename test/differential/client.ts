// One session of a script: runs its steps over a raw connection, and gives the replies with nothing in them that two servers
// would number otherwise.
import { capability, usualCapabilities } from '../support/raw-login.js';
import { command, connectRaw, errorOf, type RawClient } from '../support/raw-client.js';
import type { RawPacket } from '../support/raw-packets.js';
import { int4, statementId } from '../support/transcript.js';
import { executeBody, typeOf, type ParameterType } from './execute-body.js';
import { withNames, type Fixture } from './fixture.js';
import type { Login, Step, Value } from './step.js';

/** Where a session connects to. */
export interface Door {
  readonly port: number;
  /** Resolves when the server has cleaned up behind a connection that was closed. */
  closed(client: RawClient): Promise<void>;
  /** Resolves when the backend connection behind it was lost and is there again. */
  cut(): Promise<void>;
}

interface Prepared {
  readonly id: Buffer;
  readonly sql: string;
  readonly parameters: number;
  bound: readonly ParameterType[] | null;
  readonly long: Set<number>;
}

export class ScriptClient {
  private lastWasQuery = true;
  private readonly slots = new Map<number, Prepared>();

  private constructor(
    private readonly door: Door,
    private readonly fixture: Fixture,
    private raw: RawClient,
  ) {}

  static async open(door: Door, fixture: Fixture, login: Login): Promise<ScriptClient> {
    const client = new ScriptClient(door, fixture, await logIn(door, fixture, login));
    await client.begin();
    return client;
  }

  /** A connection's first FOUND_ROWS() and ROW_COUNT() are left from whoever had the server's thread before. */
  private async begin(): Promise<readonly string[]> {
    this.slots.clear();
    this.lastWasQuery = true;
    return (await this.raw.query('SELECT 1')).map(readable);
  }

  /** The session's id as its greeting told it. */
  get id(): number {
    return this.raw.greeting.threadId;
  }

  /** Takes a step; the packets of the reply, headers included, a byte a character. */
  async take(step: Step): Promise<readonly string[]> {
    if (step.do === 'cut') return await this.door.cut().then(() => []);
    if (step.do === 'reconnect') return await this.reconnect(step.login);
    if (step.do === 'change-user') return await this.changeUser(step.schema);
    if (step.do === 'prepare') return await this.prepare(step.slot, step.sql);
    if ('slot' in step && !this.slots.has(step.slot)) return [];
    if (step.do === 'execute') {
      const { sql = '' } = this.slots.get(step.slot) ?? {};
      if (!this.isAnswerable(sql)) return await this.take({ do: 'query', sql: 'SELECT 1' });
      this.lastWasQuery = false;
    }
    const before = hidesTables(step, this.slots) ? await this.raw.query(needsTable) : [];
    const reply = [...(await this.send(step))];
    // What ROW_COUNT() says after a command that is no statement is the server's affair.
    if (commandsAlone.has(step.do)) reply.push(...(await this.raw.query('DO 0')));
    const begun = step.do === 'reset-connection' ? await this.begin() : [];
    return [...[...before, ...reply].map(readable), ...begun];
  }

  private async reconnect(login: Login): Promise<readonly string[]> {
    await this.quit();
    this.raw = await logIn(this.door, this.fixture, login);
    return await this.begin();
  }

  async quit(): Promise<void> {
    await this.raw.quit();
    await this.door.closed(this.raw);
  }

  /** Cuts the connection, whatever it is in the middle of. */
  cut(): void {
    this.raw.packets.socket.destroy();
  }

  private send(step: Exclude<Step, { do: 'cut' | 'reconnect' | 'change-user' | 'prepare' }>) {
    switch (step.do) {
      case 'query':
        return this.query(step.sql);
      case 'execute':
        return this.execute(step.slot, step);
      case 'long-data':
        return this.sendLongData(step.slot, step.parameter, step.text);
      case 'fetch':
        return this.raw.command(command.STMT_FETCH, Buffer.concat([this.idOf(step.slot), int4(step.rows)]));
      case 'reset-statement':
        this.slots.get(step.slot)?.long.clear();
        return this.raw.command(command.STMT_RESET, this.idOf(step.slot));
      case 'close-statement':
        return this.close(step.slot);
      case 'init-db':
        return this.raw.command(command.INIT_DB, Buffer.from(this.named(step.schema)));
      case 'field-list':
        return this.raw.command(command.FIELD_LIST, Buffer.from(`${step.table}\0`));
      case 'set-option':
        return this.raw.command(command.SET_OPTION, Buffer.from([step.multi ? 0 : 1, 0]));
      case 'reset-connection':
        return this.raw.command(command.RESET_CONNECTION);
      case 'ping':
        return this.raw.command(command.PING);
    }
  }

  /** FOUND_ROWS() is only asked where a query was the last statement: after others servers answer as it happens. */
  private isAnswerable(sql: string): boolean {
    return this.lastWasQuery || !/^[^;]*FOUND_ROWS\(\)/i.test(sql);
  }

  private async query(sql: string): Promise<readonly RawPacket[]> {
    const reply = await this.raw.query(this.isAnswerable(sql) ? this.named(sql) : 'SELECT 1');
    this.lastWasQuery = /^SELECT[^;]*$/i.test(sql) && reply.length > 1 && errorOf(reply) === undefined;
    return reply;
  }

  private named(text: string): string {
    return withNames(this.fixture, text).replaceAll('{id}', String(this.id));
  }

  private async changeUser(schema: string | null): Promise<readonly string[]> {
    const { user, password } = this.fixture.account;
    const named = schema === null ? {} : { schema: this.named(schema) };
    const error = await this.raw.changeUser({ user, password, ...named });
    return [error === undefined ? 'changed' : JSON.stringify(error), ...(await this.begin())];
  }

  private async prepare(slot: number, sql: string): Promise<readonly string[]> {
    this.lastWasQuery = false;
    const reply = await this.raw.command(command.STMT_PREPARE, Buffer.from(this.named(sql)));
    const head = reply[0];
    if (head?.payload[0] !== 0) return reply.map(readable);
    await this.close(slot);
    const parameters = head.payload.readUInt16LE(7);
    const id = Buffer.from(statementId(reply));
    this.slots.set(slot, { id, sql, parameters, bound: null, long: new Set() });
    return reply.map((packet, i) => (i === 0 ? withoutId(packet) : readable(packet)));
  }

  private execute(slot: number, { values, bind, cursor }: Step & { do: 'execute' }) {
    const prepared = this.slots.get(slot);
    const given = Array.from({ length: prepared?.parameters ?? 0 }, (_, i): Value => values[i] ?? null);
    const known = bind ? null : (prepared?.bound ?? null);
    const types = known ?? given.map((value, i) => typeOf(value, prepared?.long.has(i) === true));
    const body = executeBody({
      id: this.idOf(slot),
      values: given,
      types,
      sendTypes: known === null,
      cursor,
      long: prepared?.long ?? new Set(),
    });
    if (prepared !== undefined) {
      prepared.bound = types;
      prepared.long.clear();
    }
    return this.raw.command(command.STMT_EXECUTE, body);
  }

  /** Only parameters that are there, and whose bound type takes such data: servers differ in what they make of others. */
  private async sendLongData(slot: number, parameter: number, text: string): Promise<readonly RawPacket[]> {
    const prepared = this.slots.get(slot);
    if (prepared === undefined || parameter >= prepared.parameters) return [];
    if (prepared.bound?.[parameter] === 'integer') return [];
    prepared.long.add(parameter);
    const head = Buffer.concat([prepared.id, Buffer.from([parameter, 0])]);
    return this.raw.command(command.STMT_SEND_LONG_DATA, Buffer.concat([head, Buffer.from(text)]));
  }

  private async close(slot: number): Promise<readonly RawPacket[]> {
    const prepared = this.slots.get(slot);
    if (prepared !== undefined) await this.raw.command(command.STMT_CLOSE, prepared.id);
    this.slots.delete(slot);
    return [];
  }

  private idOf(slot: number): Buffer {
    return this.slots.get(slot)?.id ?? int4(999_999);
  }
}

const commandsAlone: ReadonlySet<Step['do']> = new Set([
  'ping',
  'set-option',
  'init-db',
  'field-list',
  'reset-statement',
]);

function logIn(door: Door, { account, ...fixture }: Fixture, login: Login): Promise<RawClient> {
  const wanted = login.with.reduce((flags, name) => flags | capability[name], usualCapabilities);
  const capabilities = login.without.reduce((flags, name) => flags & ~capability[name], wanted);
  const schema = login.schema === null ? {} : { schema: withNames({ account, ...fixture }, login.schema) };
  const { user, password } = account;
  return connectRaw({ port: door.port, user, password, capabilities, collation: login.collation, ...schema });
}

/** Whether the tables that a statement needs, which decide what becomes of the warnings of before, are hidden in programs. */
function hidesTables(step: Step, slots: ReadonlyMap<number, { readonly sql: string }>): boolean {
  if (step.do === 'execute') return !asksOfLast.test(slots.get(step.slot)?.sql ?? '');
  const sql = step.do === 'query' || step.do === 'prepare' ? step.sql : '';
  return !asksOfLast.test(sql) && /CALL|adds\(|pure\(|ATOMIC|EXECUTE|PREPARE/i.test(sql);
}

/** What is put in front of such a statement is what it would tell of. */
const asksOfLast = /^\s*SHOW (WARNINGS|ERRORS|COUNT)|(ROW|WARNING|ERROR)_COUNT/i;

const needsTable = 'DO (SELECT COUNT(*) FROM information_schema.ENGINES)';

function readable({ bytes }: RawPacket): string {
  // The id is the server's choice, and so is its length.
  return bytes
    .toString('latin1')
    .replace(/^...(.*).The statement \(\d+\) has no open cursor/s, '$1The statement (id)');
}

function withoutId({ bytes }: RawPacket): string {
  const text = bytes.toString('latin1');
  return `${text.slice(0, 5)}[id]${text.slice(9)}`;
}
