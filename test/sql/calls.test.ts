// Which stored routines a statement calls, and whether they are all that cannot be judged of it.
import { describe, expect, it } from 'vitest';
import { readOne } from './modes.js';

const procedure = (name: string, qualifier: string | null = null) => ({ kind: 'PROCEDURE', qualifier, name });
const routine = (name: string, qualifier: string | null = null) => ({ kind: 'FUNCTION', qualifier, name });

describe('stored routines', () => {
  it.each([
    ['CALL p', [procedure('p')]],
    ['CALL p()', [procedure('p')]],
    ['call `d`.`P`(1, f(2))', [procedure('P', 'd'), routine('f')]],
    ['SELECT f(1), d.g(2), `h`(3), ABS(4) FROM t', [routine('f'), routine('g', 'd'), routine('h')]],
    ['SET @x = f(1)', [routine('f')]],
    ['INSERT INTO t (a) VALUES (f(1))', [routine('f')]],
  ])('%s', (text, calls) => {
    expect(readOne(text)).toMatchObject({ calls, callsOnly: true });
  });

  it.each(['SELECT f(1), SETVAL(s, 1)', 'CALL p(SETVAL(s, 1))', 'EXECUTE IMMEDIATE @x', 'XA START "x"'])(
    'are not all that cannot be judged: %s',
    (text) => expect(readOne(text).callsOnly).toBe(false),
  );

  it('are not told apart without bound', () => {
    expect(readOne(`SELECT ${Array.from({ length: 60 }, (_, i) => `f${i}()`).join()}`).callsOnly).toBe(false);
  });
});
