// chronos-fleet connect: what a user enters in a tool, whatever the names, and never a password.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectionFiles, connectionForms } from '../../src/cli/connection-forms.js';
import { demoFleet, runCli } from './run-cli.js';

const odd = {
  ...{ user: 'ann', host: '::1', port: 3307, login: "o'hara;x=1", database: 'a b&c}' },
  ...{ needsPassword: true, command: 'mariadb' },
};

describe('connect', () => {
  it('shows what to enter for each tool, by name or port, and no password', async () => {
    const cwd = await demoFleet();
    await runCli(['add', 'ann', '--port', '3399', '--password-stdin', '--no-up'], { cwd, stdin: 'geheim' });
    const { code, stdout } = await runCli(['connect', ':3399'], { cwd });
    expect(code).toBe(0);
    for (const tool of ['Tableau', 'Power BI', 'DBeaver', 'JDBC', 'ODBC', 'SQLAlchemy'])
      expect(stdout).toContain(tool);
    expect(stdout).toContain('jdbc:mysql://127.0.0.1:3399/sales');
    expect(stdout).not.toContain('geheim');
    const folder = mkdtempSync(join(tmpdir(), 'chronos-connect-'));
    const written = await runCli(['--json', 'connect', 'ann', '--files', folder], { cwd });
    expect(readdirSync(folder).sort()).toEqual(['ann.dsn', 'ann.pbids', 'ann.tds']);
    expect((JSON.parse(written.stdout) as { files: string[] }).files).toHaveLength(3);
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts.every((text) => text.includes('127.0.0.1') && !text.includes('geheim'))).toBe(true);
  });

  it('says which users there are where it does not know the one', async () => {
    const { code, stderr } = await runCli(['connect', 'nobody'], { cwd: await demoFleet() });
    expect([code, stderr]).toEqual([1, expect.stringContaining("No user 'nobody'")]);
  });

  it('writes names with odd characters as each form takes them', () => {
    const forms = Object.fromEntries(connectionForms(odd));
    expect(forms.JDBC).toContain('jdbc:mysql://[::1]:3307/a%20b%26c%7D');
    expect(forms.ODBC).toContain(";DATABASE={a b&c}}};UID={o'hara;x=1}");
    expect(forms.SQLAlchemy).toBe("mysql+pymysql://o'hara%3Bx%3D1@[::1]:3307/a%20b%26c%7D");
    const files = connectionFiles(odd);
    expect(files['ann.tds']).toContain("dbname='a b&amp;c}'");
    expect(files['ann.tds']).toContain("username='o&apos;hara;x=1'");
    expect(JSON.parse(files['ann.pbids'] ?? '')).toMatchObject({
      connections: [{ details: { address: { server: '[::1]:3307', database: 'a b&c}' } } }],
    });
    expect(connectionFiles({ ...odd, login: 'a\nPWD=x' })['ann.dsn']).toContain('UID=a PWD=x\n');
  });
});
