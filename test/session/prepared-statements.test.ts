// Binary prepared statements: ids of the session's own, and executions that carry their types wherever they run.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  executePayload,
  MAX_STATEMENT_BYTES,
  PreparedStatements,
  type Preparation,
  type PreparedStatement,
} from '../../src/session/prepared-statements.js';
import { newConnection } from './facts.js';

let statements: PreparedStatements;
beforeEach(() => {
  statements = new PreparedStatements();
});

const under = { schema: null, variables: new Map() };
const preparePayload = Buffer.from('\x16SELECT ?', 'latin1');
const preparation = (payload: Buffer): Preparation => ({
  preparePayload: payload,
  originalName: null,
  textBytes: payload.length,
  under,
  fingerprint: 'SELECT ?',
  effects: [],
});
const add = (): PreparedStatement => statements.add(preparation(preparePayload));

describe('ids', () => {
  it('count from one, and are not given again', () => {
    expect([add().id, add().id]).toEqual([1, 2]);
    statements.remove(2);
    expect(add().id).toBe(3);
  });

  it('that are not the session’s are refused under the name of the command', () => {
    expect(() => statements.get(7, 'mysqld_stmt_execute')).toThrow(
      'Unknown prepared statement handler (7) given to mysqld_stmt_execute',
    );
    expect(statements.find(7)).toBeUndefined();
  });

  it('are bounded', () => {
    for (let i = 0; i < 4096; i++) add();
    expect(add).toThrow(expect.objectContaining({ code: 'TOO_MANY_STATEMENTS' }));
    statements.remove(1);
    expect(add).not.toThrow();
  });
});

describe('the texts of a session’s statements', () => {
  const large = Buffer.alloc(MAX_STATEMENT_BYTES / 2 + 1);

  it('are bounded together', () => {
    statements.add(preparation(large));
    const { id } = statements.add(preparation(large));
    const tooMany = expect.objectContaining({ code: 'STATEMENTS_TOO_LARGE', errno: 1461 }) as Error;
    expect(add).toThrow(tooMany);
    expect(add).toThrow(`${2 * large.length} bytes, and ${MAX_STATEMENT_BYTES} is the limit`);
    statements.remove(id);
    expect(add).not.toThrow();
  });

  it('may be as long as the server takes them, one at a time', () => {
    const { id } = statements.add(preparation(Buffer.alloc(2 * MAX_STATEMENT_BYTES)));
    statements.remove(id);
    expect(add).not.toThrow();
  });
});

describe('long data of a statement that is closed', () => {
  it('is no longer counted', () => {
    const data = Buffer.alloc(907);
    const [closed, open] = [add(), add()];
    // The most that a session may keep, once.
    for (const parameter of [0, 1, 2]) {
      data.writeUInt16LE(parameter, 5);
      closed.longData.add(data, 1000);
    }
    statements.remove(closed.id);
    for (const parameter of [0, 1, 2]) {
      data.writeUInt16LE(parameter, 5);
      open.longData.add(data, 1000);
    }
    expect(open.longData.isTooLong).toBe(false);
  });
});

describe('a statement that is closed', () => {
  it('is left to its connection to close', () => {
    const connection = newConnection();
    const statement = add();
    statement.backend = { owner: connection, id: 77 };
    statements.remove(statement.id);
    expect(connection.unusedStatements).toEqual([77]);
    statements.remove(statement.id);
    expect(connection.unusedStatements).toEqual([77]);
  });

  it('together with all others is gone', () => {
    const connection = newConnection();
    for (const id of [5, 6]) add().backend = { owner: connection, id };
    add();
    statements.clear();
    expect(connection.unusedStatements).toEqual([5, 6]);
    expect(statements.find(1)).toBeUndefined();
  });
});

it('knows whether a cursor is open, and none is after its connection was lost', () => {
  expect(statements.anyCursorOpen).toBe(false);
  add();
  add().cursorOpen = true;
  expect(statements.anyCursorOpen).toBe(true);
  statements.closeCursors();
  expect(statements.anyCursorOpen).toBe(false);
});

describe('an execution', () => {
  const head = (id: number): Buffer => Buffer.from([0x17, id, 0, 0, 0, 0, 1, 0, 0, 0]);
  const nulls = (count: number): Buffer => Buffer.alloc(Math.ceil(count / 8));
  const types = (count: number): Buffer => Buffer.alloc(2 * count, 0x08);
  const values = Buffer.from('values');
  const withTypes = (id: number, count: number): Buffer =>
    Buffer.concat([head(id), nulls(count), Buffer.from([1]), types(count), values]);
  const withoutTypes = (id: number, count: number): Buffer =>
    Buffer.concat([head(id), nulls(count), Buffer.from([0]), values]);

  const prepared = (parameters: number): PreparedStatement => {
    const statement = add();
    statement.parameters = parameters;
    statement.backend = { owner: newConnection(), id: 9 };
    return statement;
  };

  const prepareAnew = (statement: PreparedStatement): void => {
    statement.backend = { owner: newConnection(), id: 9 };
  };

  it('without parameters gets the id of the connection and is otherwise as it came', () => {
    const payload = head(1);
    expect(executePayload(prepared(0), payload)).toEqual(head(9));
    expect(payload).toEqual(head(1));
  });

  it.each([1, 8, 9, 17])('with types for %i parameters is as it came', (count) => {
    expect(executePayload(prepared(count), withTypes(1, count))).toEqual(withTypes(9, count));
  });

  it.each([1, 8, 9, 17])(
    'without types gets those bound before, where %i parameters were prepared anew',
    (count) => {
      const statement = prepared(count);
      executePayload(statement, withTypes(1, count));
      statement.typesKnownAt = statement.backend;
      prepareAnew(statement);
      expect(executePayload(statement, withoutTypes(1, count))).toEqual(withTypes(9, count));
    },
  );

  it('without types is as it came where the connection knows them', () => {
    const statement = prepared(3);
    executePayload(statement, withTypes(1, 3));
    statement.typesKnownAt = statement.backend;
    expect(executePayload(statement, withoutTypes(1, 3))).toEqual(withoutTypes(9, 3));
  });

  it('without types that were never bound is left to the server to refuse', () => {
    expect(executePayload(prepared(3), withoutTypes(1, 3))).toEqual(withoutTypes(9, 3));
  });

  it('gets the types that were bound last', () => {
    const statement = prepared(1);
    executePayload(statement, withTypes(1, 1));
    const other = withTypes(1, 1);
    other[12] = 0xfd;
    executePayload(statement, other);
    prepareAnew(statement);
    expect(executePayload(statement, withoutTypes(1, 1))[12]).toBe(0xfd);
  });

  it('that ends before its parameters is refused', () => {
    const bytes = withoutTypes(1, 9);
    for (let length = 10; length <= 12; length++) {
      expect(() => executePayload(prepared(9), bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'MALFORMED_PACKET' }),
      );
    }
  });
});
