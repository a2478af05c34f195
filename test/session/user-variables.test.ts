// User variables of many sessions on one connection: whose value each name holds.
import { beforeEach, expect, it } from 'vitest';
import {
  assignVariables,
  literalsOf,
  newOwner,
  readVariables,
  UserVariables,
  type VariableOwner,
} from '../../src/session/user-variables.js';
import { FieldType } from '../../src/wire/constants.js';
import { column } from '../../src/wire/result-set.js';

let variables: UserVariables;
let first: VariableOwner;
let second: VariableOwner;
beforeEach(() => {
  variables = new UserVariables();
  [first, second] = [newOwner(), newOwner()];
});

it('a name of nobody is neither foreign nor missing', () => {
  expect([variables.foreign(['x'], first), variables.missing(['x'], first)]).toEqual([[], []]);
});

it('a name is its owner’s own and foreign to others', () => {
  variables.give('x', first);
  expect(variables.foreign(['x', 'y'], first)).toEqual([]);
  expect(variables.foreign(['x', 'y'], second)).toEqual(['x']);
  expect([variables.ownedBy(first), variables.names]).toEqual([['x'], ['x']]);
});

it('a value that was saved is missing until the connection holds it again', () => {
  variables.give('x', first);
  first.savedVariables.set('x', '1');
  variables.give('x', second);
  expect(variables.missing(['x'], first)).toEqual(['x']);
  expect(variables.ownerOf('x')).toBe(second);
  variables.give('x', first);
  expect([variables.missing(['x'], first), first.savedVariables.size]).toEqual([[], 0]);
});

it('a value of a session that is gone is not worth saving', () => {
  variables.give('x', first);
  variables.give('y', second);
  first.isGone = true;
  expect(variables.worthSaving(['x', 'y', 'z'])).toEqual(['y']);
});

it('what is too large to be saved is not asked for again, and told when another session takes the name', () => {
  variables.give('x', first);
  first.tooLarge.add('x');
  expect([variables.worthSaving(['x']), variables.unsaved(['x'])]).toEqual([[], ['x']]);
  variables.forgetKept();
  expect(variables.unsavedOf(first)).toEqual(['x']);
  variables.giveSaved('x', '1', second);
  expect([[...first.displaced], [...second.displaced]]).toEqual([['x'], []]);
  variables.give('x', first);
  expect([first.displaced.size, first.tooLarge.size]).toEqual([0, 0]);
});

it('the bytes of saved values are counted as they come and go', () => {
  const { savedVariables } = first;
  savedVariables.set('x', '123').set('x', '12345').set('y', '1');
  expect(savedVariables.bytes).toBe(6);
  savedVariables.delete('x');
  expect(savedVariables.bytes).toBe(1);
  savedVariables.clear();
  expect(savedVariables.bytes).toBe(0);
});

it('names are quoted, and values asked for with their bytes and collation', () => {
  expect(readVariables(['a`b'], 7)).toBe(
    'SELECT @`a``b`,CONVERT(HEX(@`a``b`) USING latin1),CONVERT(COLLATION(@`a``b`) USING latin1) ' +
      'FROM DUAL WHERE IFNULL(OCTET_LENGTH(@`a``b`),0)<=7 LIMIT 1',
  );
  expect(
    assignVariables([
      ['a`b', '1'],
      ['c', 'NULL'],
    ]),
  ).toBe('SET @`a``b`=1,@`c`=NULL');
});

it.each([
  [FieldType.LONGLONG, '-5', '2D35', 'binary', '-5'],
  [FieldType.NEWDECIMAL, '1.50', '312E3530', 'binary', '1.50'],
  [FieldType.NEWDECIMAL, '-7', '2D37', 'binary', '-7.'],
  [FieldType.DOUBLE, '1.5', '', 'binary', '1.5e0'],
  [FieldType.DOUBLE, '2e300', '', 'binary', '2e300'],
  [FieldType.VAR_STRING, 'ß', 'C39F', 'utf8mb4_bin', "_utf8mb4 x'C39F' COLLATE utf8mb4_bin"],
  [FieldType.VAR_STRING, '\0', '00', 'binary', "_binary x'00'"],
  [FieldType.VAR_STRING, '', '', 'latin1_swedish_ci', "_latin1 x'' COLLATE latin1_swedish_ci"],
  [FieldType.VAR_STRING, null, null, 'binary', 'CAST(NULL AS BINARY)'],
])(
  'a value of type %i that reads %j becomes a literal of that type',
  (type, value, hex, collation, literal) => {
    const columns = [column('v', type), column('h', FieldType.VAR_STRING), column('c', FieldType.VAR_STRING)];
    expect(literalsOf(['x'], columns, [value, hex, collation])).toEqual([literal]);
  },
);

it('what an owner leaves behind on a connection is foreign to itself, and changes nothing of what it has', () => {
  variables.giveSaved('x', '1', first);
  variables.left(first);
  expect([variables.ownedBy(first), variables.foreign(['x'], first)]).toEqual([[], ['x']]);
  first.savedVariables.delete('x');
  expect([variables.unsavedOf(first), variables.unsaved(['x'])]).toEqual([[], []]);
});
