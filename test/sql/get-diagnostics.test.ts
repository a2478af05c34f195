// GET DIAGNOSTICS taken apart as servers read it.
import { describe, expect, it } from 'vitest';
import { readGetDiagnostics } from '../../src/sql/get-diagnostics.js';
import { mariadb } from './modes.js';

const read = (text: string): string | null => {
  const get = readGetDiagnostics(Buffer.from(text), mariadb);
  if (get === null) return null;
  const items = get.items.map(({ target, item }) => `${target.toString()}=${item}`);
  return [get.condition?.toString() ?? 'statement', ...items].join(' ');
};

describe('GET DIAGNOSTICS', () => {
  it.each([
    ['GET DIAGNOSTICS @n = NUMBER', 'statement @n=NUMBER'],
    ['get current diagnostics @n=number , @r= row_count;', 'statement @n=NUMBER @r=ROW_COUNT'],
    ['GET DIAGNOSTICS CONDITION 1 @`a b` = MESSAGE_TEXT', '1 @`a b`=MESSAGE_TEXT'],
    ["GET /* x */ DIAGNOSTICS CONDITION @'n' @a = X -- y", "@'n' @a=X"],
    ['GET DIAGNOSTICS CONDITION NULL @a = X', 'NULL @a=X'],
    ["GET DIAGNOSTICS CONDITION '2' @a = X", "'2' @a=X"],
  ])('%s is read', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    '',
    'GET',
    'GET DIAGNOSTICS',
    'GET DIAGNOSTICS @n',
    'GET DIAGNOSTICS @n = ',
    'GET DIAGNOSTICS @n := NUMBER',
    'GET DIAGNOSTICS @n = NUMBER,',
    'GET DIAGNOSTICS @n = NUMBER @m = ROW_COUNT',
    'GET DIAGNOSTICS n = NUMBER',
    'GET STACKED DIAGNOSTICS @n = NUMBER',
    'GET DIAGNOSTICS CONDITION @@warning_count @n = X',
    'GET DIAGNOSTICS CONDITION 1 + 1 @n = X',
    'GET DIAGNOSTICS CONDITION @ü @n = X',
    'SELECT 1',
  ])('%s is left to the server', (text) => {
    expect(read(text)).toBeNull();
  });
});
