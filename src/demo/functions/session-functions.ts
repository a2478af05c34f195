// Functions whose answer is the session's: who, where, what came last.

import { isIPv4 } from 'node:net';
import { columnType, types } from '../catalog/column-type.js';
import { number, text } from './host.js';
import { bigint, scalar, truth, varchar, type FunctionTable } from './registry.js';

const unsigned = columnType('bigint', { length: 21, unsigned: true });

export const sessionFunctions: FunctionTable = {
  BENCHMARK: scalar(2, bigint, () => 0),
  CONNECTION_ID: scalar(0, unsigned, (_, host) => host.connectionId),
  DATABASE: scalar(0, varchar, (_, host) => host.schema),
  FOUND_ROWS: scalar(0, bigint, (_, host) => host.foundRows),
  GET_LOCK: scalar(2, truth, ([name], host) => host.getLock(text(name))),
  INET_ATON: scalar(1, unsigned, ([a]) =>
    isIPv4(text(a))
      ? text(a)
          .split('.')
          .reduce((sum, octet) => sum * 256 + Number(octet), 0)
      : null,
  ),
  IS_FREE_LOCK: scalar(1, truth, ([name], host) => host.isFreeLock(text(name))),
  LAST_INSERT_ID: scalar([0, 1], unsigned, ([id], host) => {
    if (id !== undefined) host.lastInsertId = BigInt(Math.round(number(id)));
    return Number(host.lastInsertId);
  }),
  RELEASE_LOCK: scalar(1, truth, ([name], host) => host.releaseLock(text(name))),
  ROW_COUNT: scalar(0, bigint, (_, host) => host.rowCount),
  // The wait itself happens before the engine runs the statement, where a lost client can end it.
  SLEEP: scalar(1, types.int, () => 0, true),
  USER: scalar(0, varchar, (_, host) => host.user),
  VERSION: scalar(0, varchar, (_, host) => host.version),
  '#GET': scalar(
    1,
    () => null,
    ([name], host) => host.userVariable(text(name)),
  ),
  '#SET': scalar(
    2,
    ([, value]) => value ?? null,
    ([name, value], host) => {
      host.setUserVariable(text(name), value ?? null);
      return value ?? null;
    },
    true,
  ),
  '#SYSTEM': scalar(
    2,
    () => null,
    ([name, scope], host) => host.systemVariable(text(name), scope === 'global' ? 'global' : 'session'),
  ),
};

export const sessionAliases: Readonly<Record<string, string>> = {
  CURRENT_USER: 'USER',
  SCHEMA: 'DATABASE',
  SESSION_USER: 'USER',
  SYSTEM_USER: 'USER',
};
