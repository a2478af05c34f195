// Bodies of stored programs, read as the statements that they may run.
import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/sql/program-body.js';
import { mariadb } from './modes.js';

const bodyOf = (text: string) => readBody(Buffer.from(text), mariadb);
const verbs = (text: string): string[] => bodyOf(text).map(({ statement }) => statement.verb);
const reasons = (text: string): string[] => bodyOf(text).flatMap(({ statement }) => statement.opaque ?? []);

describe('the statements of a body', () => {
  it.each<[text: string, verbs: string[]]>([
    ['SELECT 1', ['SELECT']],
    ['BEGIN SET @a = 1; COMMIT; END', ['SET', 'COMMIT']],
    ['BEGIN NOT ATOMIC SET @a = 1; END', ['SET']],
    ['RETURN n * 2', ['DO']],
    [
      'BEGIN IF n > 1 THEN COMMIT; ELSEIF n THEN ROLLBACK; ELSE SELECT 1; END IF; END',
      ['DO', 'COMMIT', 'DO', 'ROLLBACK', 'SELECT'],
    ],
    ['BEGIN CASE n WHEN 1 THEN COMMIT; ELSE ROLLBACK; END CASE; END', ['DO', 'DO', 'COMMIT', 'ROLLBACK']],
    ['BEGIN CASE WHEN n = 1 THEN COMMIT; END CASE; END', ['DO', 'COMMIT']],
    ['BEGIN SET @a = CASE n WHEN 1 THEN 2 ELSE 3 END; COMMIT; END', ['SET', 'COMMIT']],
    ['BEGIN IF CASE n WHEN 1 THEN 2 END THEN COMMIT; END IF; END', ['DO', 'COMMIT']],
    ['BEGIN a: LOOP COMMIT; LEAVE a; END LOOP a; END', ['COMMIT', 'DO']],
    ['BEGIN WHILE n > 0 DO COMMIT; END WHILE; END', ['DO', 'COMMIT']],
    ['BEGIN REPEAT COMMIT; UNTIL f() END REPEAT; ROLLBACK; END', ['COMMIT', 'DO', 'ROLLBACK']],
    ['BEGIN FOR r IN (SELECT 1) DO COMMIT; END FOR; END', ['DO', 'COMMIT']],
    ['`x`: BEGIN COMMIT; END', ['COMMIT']],
    [
      'BEGIN DECLARE c CURSOR FOR SELECT @a; OPEN c; FETCH c INTO n; CLOSE c; END',
      ['SELECT', 'DO', 'DO', 'DO'],
    ],
    ['BEGIN DECLARE n, m DECIMAL(10, 2) DEFAULT f(); END', ['DO']],
    ['BEGIN DECLARE n ENUM("a"); END', []],
    [
      "BEGIN DECLARE EXIT HANDLER FOR SQLSTATE VALUE '42000', NOT FOUND, 1050 BEGIN ROLLBACK; END; COMMIT; END",
      ['ROLLBACK', 'COMMIT'],
    ],
    ['BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET @failed = 1; COMMIT; END', ['SET', 'COMMIT']],
  ])('%s', (text, expected) => {
    expect(verbs(text)).toEqual(expected);
    expect(reasons(text).filter((reason) => !reason.includes('stored function'))).toEqual([]);
  });

  it('assign the row of a trigger without assigning anything of the session', () => {
    const [part] = bodyOf('SET NEW.a = OLD.a + @x, @y = 1');
    expect(part?.statement).toMatchObject({ opaque: null, userVariables: { assigned: ['y'] } });
  });

  it('tell the routines that expressions call', () => {
    expect(
      bodyOf('BEGIN IF d.f(1) THEN CALL p(g()); END IF; END').flatMap(({ statement }) => statement.calls),
    ).toEqual([
      { kind: 'FUNCTION', qualifier: 'd', name: 'f' },
      { kind: 'PROCEDURE', qualifier: null, name: 'p' },
      { kind: 'FUNCTION', qualifier: null, name: 'g' },
    ]);
  });

  it.each([
    'BEGIN EXECUTE IMMEDIATE @x; END',
    'BEGIN NULL_OF_ANOTHER_LANGUAGE; END',
    "BEGIN XA START 'x'; END",
  ])('that are not understood cannot be judged: %s', (text) =>
    expect(bodyOf(text).some(({ statement }) => statement.opaque !== null && !statement.callsOnly)).toBe(
      true,
    ),
  );
});

describe('a statement certainly runs', () => {
  const certain = (text: string): boolean =>
    bodyOf(text).some(({ statement, isCertain }) => statement.verb === 'DEALLOCATE' && isCertain);

  it.each(['DEALLOCATE PREPARE q', 'BEGIN IF n THEN COMMIT; END IF; DEALLOCATE PREPARE q; END'])(
    'in %s',
    (text) => {
      expect(certain(text)).toBe(true);
    },
  );

  it.each([
    'BEGIN IF n THEN DEALLOCATE PREPARE q; END IF; END',
    'BEGIN WHILE n DO DEALLOCATE PREPARE q; END WHILE; END',
    'a: BEGIN LEAVE a; DEALLOCATE PREPARE q; END',
    'BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION COMMIT; SELECT 1; DEALLOCATE PREPARE q; END',
  ])('not in %s', (text) => {
    expect(certain(text)).toBe(false);
  });
});

it('a body without end is read in a time that its length allows', () => {
  const text = `BEGIN ${'IF CASE a WHEN '.repeat(20_000)}`;
  const from = performance.now();
  bodyOf(text);
  expect(performance.now() - from).toBeLessThan(5_000);
});
