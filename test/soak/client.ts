// One client connection of a soak: runs statements with mysql2, says how they ended, and notices a drop that must not be.
import mysql, { type Connection, type QueryError } from 'mysql2';
import type { Journal } from './journal.js';
import { Dropped, errno, type Outcome, type Row } from './outcome.js';
import type { Site } from './site.js';

/** An answer that has not come after so long never comes: longer than queue_timeout and every fault. */
const answerWithinMs = 120_000;

/** What the client is about to do to its own connection, so that the end of it is no surprise. */
type Standing = 'open' | 'leaving' | 'gone';

export class SoakClient {
  private standing: Standing = 'open';
  /** Why it can be used no longer. */
  private drop: Dropped | undefined;
  private readonly whenDropped: Promise<never>;
  private tellDropped: (drop: Dropped) => void = () => undefined;

  private constructor(
    private readonly site: Site,
    private readonly journal: Journal,
    private readonly connection: Connection,
    private readonly epoch: number,
  ) {
    this.whenDropped = new Promise((_, reject) => (this.tellDropped = reject));
    // Also where nobody waits for an answer at that moment.
    this.whenDropped.catch(() => undefined);
    connection.on('error', (error: Error) => void this.lost(error));
  }

  /** Connects and logs in. Throws Dropped where that fails; a failure that must not be fails the soak. */
  static async open(site: Site, journal: Journal): Promise<SoakClient> {
    const { epoch } = site.interruption;
    const { user, password, schema } = site.account;
    const connection = mysql.createConnection({
      ...{ host: '127.0.0.1', port: site.port, user, password, database: schema },
      connectTimeout: answerWithinMs,
      multipleStatements: true,
    });
    // An instance may be stopped right behind a login, before anybody listens for errors.
    const early: Error[] = [];
    connection.on('error', (error: Error) => early.push(error));
    try {
      await new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error === null ? resolve() : reject(error)));
      });
    } catch (error) {
      connection.destroy();
      throw judgeDrop(site, journal, epoch, `could not connect: ${describe(error)}`);
    }
    journal.count(site.user, 'connects');
    const client = new SoakClient(site, journal, connection, epoch);
    for (const error of early) client.lost(error);
    return client;
  }

  /** The id of its greeting, by which it can be killed. */
  get id(): number {
    return this.connection.threadId;
  }

  /** Runs a statement in the text protocol, the values put into its text. */
  run(sql: string, values: readonly (string | number)[] = []): Promise<Outcome> {
    return toldOnce(this.ask((done) => this.connection.query(sql, [...values], done)));
  }

  /** Runs it as a prepared statement, which stays prepared. */
  execute(sql: string, values: readonly (string | number)[] = []): Promise<Outcome> {
    return toldOnce(this.ask((done) => this.connection.execute(sql, [...values], done)));
  }

  /** Closes the prepared statement. */
  unprepare(sql: string): void {
    this.connection.unprepare(sql);
  }

  /** Gives each row to `take`, and reads no further before that has resolved. */
  async read(sql: string, take: (row: Row) => Promise<void>): Promise<Outcome> {
    const rows = this.connection.query(sql).stream({ highWaterMark: 4 });
    const reading = async (): Promise<Outcome> => {
      try {
        for await (const row of rows) await take(row as Row);
        return { kind: 'done', rows: [] };
      } catch (error) {
        return this.judge(error as QueryError);
      }
    };
    return await toldOnce(Promise.race([reading(), this.whenDropped]));
  }

  /** Cuts the connection without a word, in the middle of whatever it does. */
  cut(): void {
    this.standing = 'gone';
    this.connection.destroy();
    this.lost(new Error('cut'));
  }

  /** Says goodbye. */
  async end(): Promise<void> {
    if (this.standing !== 'open') return;
    this.standing = 'leaving';
    await new Promise<void>((resolve) => this.connection.end(() => resolve()));
    this.standing = 'gone';
  }

  private async ask(
    start: (done: (error: QueryError | null, rows: unknown) => void) => void,
  ): Promise<Outcome> {
    if (this.drop !== undefined) throw this.drop;
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<Outcome>((resolve) => {
      timer = setTimeout(() => {
        this.journal.fail(this.site.user, `session ${this.id}: no answer within ${answerWithinMs / 1000} s`);
        this.cut();
      }, answerWithinMs);
      start((error, rows) => {
        if (error === null) resolve({ kind: 'done', rows: asRows(rows) });
        else if (isOfServer(error)) resolve(this.judge(error));
        else this.lost(error);
      });
    });
    return await Promise.race([answer, this.whenDropped]).finally(() => clearTimeout(timer));
  }

  /** What an error means for the statement. Throws Dropped where the connection is gone. */
  private judge(error: QueryError): Outcome {
    if (!isOfServer(error)) throw this.lost(error);
    const { user } = this.site;
    this.journal.count(user, `error ${error.errno}`);
    const kind =
      error.errno === errno.BACKEND_LOST || error.errno === errno.INTERRUPTED ? 'in doubt' : 'refused';
    return { kind, errno: error.errno, message: error.message };
  }

  private lost(error: Error): Dropped {
    if (this.drop !== undefined) return this.drop;
    const what = `session ${this.id} was dropped: ${describe(error)}`;
    this.drop =
      this.standing === 'open'
        ? judgeDrop(this.site, this.journal, this.epoch, what)
        : new Dropped('the client left');
    this.tellDropped(this.drop);
    return this.drop;
  }
}

/** A drop may come before somebody awaits the answer, who is told of it then. */
export function toldOnce<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** A drop is allowed where the instance was ended on purpose since the connection began. */
function judgeDrop({ user, interruption }: Site, journal: Journal, epoch: number, what: string): Dropped {
  if (interruption.open || interruption.epoch !== epoch) {
    journal.count(user, 'drops');
    journal.note(user, what);
  } else {
    journal.fail(user, what);
  }
  return new Dropped(what);
}

/** An error of the server has a number and a state; all others are the end of the connection. */
function isOfServer(error: QueryError): error is QueryError & { errno: number } {
  return error.errno !== undefined && error.sqlState !== undefined;
}

function describe(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return `${code} ${message}`;
}

/** The rows of the last result; none for an OK. */
function asRows(rows: unknown): readonly Row[] {
  return Array.isArray(rows) ? (rows as readonly Row[]) : [];
}
