// The ledger finds what it is there to find.
import { describe, expect, it } from 'vitest';
import { Ledger, type Fate } from './ledger.js';

const judge = (fate: Fate, rows: number, distinct: number): readonly string[] => {
  const ledger = new Ledger();
  ledger.begin(2, fate);
  return ledger.judge(rows === 0 ? [] : [{ unit: 1, rows, distinct }]);
};

describe('the ledger of a soak', () => {
  it.each([
    ['a write that was acknowledged and is not there', 'acknowledged', 0, 0, 'lost write'],
    ['half of what was acknowledged', 'acknowledged', 1, 1, 'half a write'],
    ['half of what is in doubt', 'in doubt', 1, 1, 'half a write'],
    ['a write that was done twice', 'acknowledged', 4, 2, 'double write'],
    ['a write in doubt that was done twice', 'in doubt', 4, 2, 'double write'],
    ['a write that was refused and is there', 'refused', 2, 2, 'was refused'],
  ] as const)('tells of %s', (_, fate, rows, distinct, problem) => {
    expect(judge(fate, rows, distinct)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ['an acknowledged write that is there', 'acknowledged', 2],
    ['a refused write that is not there', 'refused', 0],
    ['a write in doubt that is there', 'in doubt', 2],
    ['a write in doubt that is not there', 'in doubt', 0],
  ] as const)('has nothing to say of %s', (_, fate, rows) => {
    expect(judge(fate, rows, rows)).toEqual([]);
  });

  it('tells of rows that nobody wrote', () => {
    expect(new Ledger().judge([{ unit: 7, rows: 1, distinct: 1 }])).toEqual([
      expect.stringContaining('which nobody wrote'),
    ]);
  });
});
