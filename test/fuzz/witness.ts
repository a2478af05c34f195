// A session that does nothing wrong, next to many that do: whatever they send, it is served as if it were alone.
import { bytesOf, command, connectRaw, type RawClient } from '../support/raw-client.js';
import { executeBody, statementId, textParameters } from '../support/transcript.js';

export interface Witness {
  /** Asks everything once, and throws where an answer is not what it was at first. */
  check(): Promise<void>;
  /** Resolves after the next check. */
  beat(): Promise<void>;
  quit(): Promise<void>;
}

/** @param table that the account may read, and nobody changes */
export async function callWitness(
  port: number,
  account: { readonly user: string; readonly password: string },
  table: string,
): Promise<Witness> {
  const client = await connectRaw({ port, ...account });
  await client.query("SET sql_mode = 'NO_ZERO_DATE', time_zone = '+03:00', NAMES latin1");
  const prepared = await client.command(command.STMT_PREPARE, Buffer.from(`SELECT name, ? FROM ${table}`));
  const execution = executeBody(statementId(prepared), 0, textParameters(['bound']));
  const ask = (): Promise<string[]> => answers(client, table, execution);
  const expected = await ask();
  const waiting = new Set<() => void>();
  return {
    async check() {
      const actual = await ask();
      for (const [i, answer] of expected.entries()) {
        if (actual[i] === answer) continue;
        throw new Error(
          `the witness was told ${JSON.stringify(actual[i])} in place of ${JSON.stringify(answer)}`,
        );
      }
      for (const heard of waiting) heard();
      waiting.clear();
    },
    beat: () => new Promise((resolve) => waiting.add(resolve)),
    quit: () => client.quit(),
  };
}

async function answers(client: RawClient, table: string, execution: Buffer): Promise<string[]> {
  const replies = [
    await client.query(`SELECT * FROM ${table}`),
    await client.query('SELECT @@sql_mode, @@time_zone, @@character_set_client, DATABASE(), @v IS NULL'),
    await client.command(command.STMT_EXECUTE, execution),
    await client.command(command.PING),
  ];
  return replies.map((reply) => bytesOf(reply).toString('latin1'));
}
