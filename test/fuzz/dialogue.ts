// A good dialogue of a client after its login: every class of command, as packets to be mutated.
import { command } from '../support/raw-client.js';
import { prove } from '../support/raw-login.js';
import { toPackets, zeroEnded } from '../support/raw-packets.js';
import { executeBody, int4, textParameters } from '../support/transcript.js';

const packet = (code: number, ...body: readonly (Buffer | string | number)[]): Buffer =>
  toPackets(Buffer.concat([Buffer.from([code]), ...body.map(bytesOf)]));

function bytesOf(part: Buffer | string | number): Buffer {
  if (typeof part === 'number') return Buffer.from([part]);
  return typeof part === 'string' ? Buffer.from(part) : part;
}

/** Statement ids are the session's own and count from one. */
const first = int4(1);
const second = int4(2);
const query = (sql: string): Buffer => packet(command.QUERY, sql);
const proof = prove('mysql_native_password', 'x', Buffer.alloc(20, 1));

/** A client that goes in the middle of its file takes the backend connection with it: this part costs everybody a reconnect. */
export const localFile: readonly Buffer[] = [
  query("LOAD DATA LOCAL INFILE 'f' INTO TABLE w"),
  toPackets(Buffer.from('7\tseven\n'), 2),
  toPackets(Buffer.alloc(0), 3),
];

/** Parts of which each makes sense by itself, in this order. `schema` belongs to the client, who may do there what it likes. */
export function dialogueIn(schema: string): readonly (readonly Buffer[])[] {
  return [
    [packet(command.PING), packet(command.STATISTICS), packet(command.SET_OPTION, 0, 0)],
    [packet(command.INIT_DB, schema), query('CREATE OR REPLACE TABLE w (a INT, b TEXT)')],
    [query("INSERT INTO w VALUES (1, 'one'), (2, 'two')"), query('SELECT a, b FROM w; SELECT 2; DO 3')],
    [packet(command.FIELD_LIST, 'w\0'), packet(command.PROCESS_INFO), packet(command.DEBUG)],
    [query('SET @v = 1, sql_mode = ANSI_QUOTES'), query('SELECT @v, CONNECTION_ID(), LAST_INSERT_ID()')],
    [query('CREATE TEMPORARY TABLE tmp (a INT)'), query('SHOW WARNINGS'), query("PREPARE s FROM 'SELECT 1'")],
    [query('EXECUTE s'), query('BEGIN'), query('UPDATE w SET a = 3'), query('ROLLBACK')],
    [
      packet(command.STMT_PREPARE, 'SELECT ?, ?'),
      packet(command.STMT_SEND_LONG_DATA, first, 0, 0, 'long'),
      packet(command.STMT_EXECUTE, executeBody(first, 0, textParameters([{ long: true }, 'x']))),
      packet(command.STMT_RESET, first),
    ],
    [
      packet(command.STMT_PREPARE, 'SELECT seq FROM seq_1_to_9'),
      packet(command.STMT_EXECUTE, executeBody(second, 1)),
      packet(command.STMT_FETCH, second, int4(4)),
      packet(command.STMT_CLOSE, second),
    ],
    [
      packet(command.PROCESS_KILL, int4(0xffffffff)),
      query('KILL QUERY 4294967295'),
      query('SHOW PROCESSLIST'),
    ],
    [
      packet(command.STMT_PREPARE, 'KILL QUERY ?'),
      packet(command.STMT_EXECUTE, executeBody(first, 0, textParameters(['4294967295']))),
      query("EXECUTE IMMEDIATE 'KILL QUERY 4294967295'"),
    ],
    [
      packet(command.STMT_PREPARE, 'BEGIN NOT ATOMIC FOR r IN (SELECT 1 AS a) DO SELECT r.a; END FOR; END'),
      packet(command.STMT_EXECUTE, executeBody(first, 1)),
      packet(command.STMT_FETCH, first, int4(1)),
    ],
    [
      query(`SELECT ${'CONNECTION_ID(),'.repeat(200)}1`),
      query(`${'SET STATEMENT FOR '.repeat(500)}SELECT 1`),
    ],
    [query(`${'DO 0;'.repeat(1_001)}SELECT 1`), query("SET @big = REPEAT('x', 3000000), @v = 2")],
    [packet(command.BINLOG_DUMP, Buffer.alloc(10)), packet(0xfa, 'bulk'), packet(command.REGISTER_SLAVE)],
    [packet(command.RESET_CONNECTION), query('SELECT DATABASE()')],
    [
      packet(
        command.CHANGE_USER,
        zeroEnded('u'),
        proof.length,
        proof,
        zeroEnded(schema),
        45,
        0,
        zeroEnded('x'),
      ),
      toPackets(proof, 3),
    ],
    [packet(command.QUIT)],
  ];
}
