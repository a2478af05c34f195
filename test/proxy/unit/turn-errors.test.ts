// A variable that a server tells of and does not let anybody set is left out, once, and the turn goes on.
import { describe, expect, it } from 'vitest';
import { DifferenceFailed } from '../../../src/proxy/turn/take-steps.js';
import { goesWithout } from '../../../src/proxy/turn/turn-errors.js';
import { ConnectionState } from '../../../src/session/connection-state.js';

const refusal = (errno: number, message: string): DifferenceFailed =>
  new DifferenceFailed({ errno, sqlState: 'HY000', message });
const readOnly = refusal(1238, "Variable 'told_only' is a read only variable");

describe('a turn whose state cannot be set', () => {
  it('goes on without a variable that only the server sets, and never sets it again', () => {
    const state = new ConnectionState(null, new Map());
    state.learn('told_only', '5');
    expect(goesWithout(readOnly, state)).toBe(true);
    state.learn('told_only', '6');
    expect([[...state.touched], state.isSettable('told_only')]).toEqual([[], false]);
  });

  it('does not try for ever', () => {
    const state = new ConnectionState(null, new Map());
    expect([goesWithout(readOnly, state), goesWithout(readOnly, state)]).toEqual([true, false]);
  });

  it.each([
    refusal(1049, "Unknown database 'information_schema'"),
    refusal(1044, "Access denied for user 'u'@'%' to database 'information_schema'"),
  ])('goes on where there is no schema with nothing of anybody’s in it, and looks there no more', (error) => {
    const state = new ConnectionState('sales', new Map());
    expect([goesWithout(error, state), state.lacksElsewhere]).toEqual([true, true]);
    expect(goesWithout(error, state)).toBe(false);
  });

  it.each([
    ['a schema of its own that is gone', refusal(1049, "Unknown database 'sales'")],
    ['a value that is wrong', refusal(1231, "Variable 'sql_mode' can't be set to the value of 'X'")],
    ['a right that is missing', refusal(1227, 'Access denied; you need the SUPER privilege')],
    ['a message without a name', refusal(1238, 'read only')],
    ['another error', new Error("Variable 'sql_mode'")],
  ])('ends with %s', (_, error) => {
    expect(goesWithout(error, new ConnectionState(null, new Map()))).toBe(false);
  });
});
