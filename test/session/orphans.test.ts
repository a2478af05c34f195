// What a session leaves on the connection when it goes in the middle of somebody else's turn.
import { expect, it } from 'vitest';
import { TemporaryTables } from '../../src/session/temporary-tables.js';
import {
  TextStatementOwners,
  type TextStatement,
  type TextStatements,
} from '../../src/session/text-statements.js';

it("its temporary table is dropped under the name it has then, which another session's may have had before", () => {
  const tables = new TemporaryTables();
  tables.renames = 'RENAME TABLE';
  const [gone, other] = [{}, {}];
  tables.created(gone, 'sales', 'scratch');
  const [renaming] = tables.renamings(other, () => true);
  // The renaming is on its way; its session goes before the answer comes.
  tables.abandon(gone);
  renaming?.done();
  tables.created(other, 'sales', 'scratch');
  const aside = /TO (\S+)$/.exec(renaming?.sql ?? '')?.[1];
  expect(tables.takeOrphans()).toEqual([`DROP TEMPORARY TABLE IF EXISTS ${aside}`]);
  expect([tables.takeOrphans(), tables.namesOf(other)]).toEqual([[], ['scratch']]);
});

it('a text statement whose name has been taken over meanwhile is left to its new owner', () => {
  const owners = new TextStatementOwners();
  const [gone, other]: TextStatements[] = [
    new Map<string, TextStatement>(),
    new Map<string, TextStatement>(),
  ];
  if (gone === undefined || other === undefined) throw new Error('two maps');
  owners.give('p', gone);
  owners.give('q', gone);
  owners.abandon(gone);
  owners.give('p', other);
  expect(owners.takeOrphans()).toEqual(['DEALLOCATE PREPARE `q`']);
});
