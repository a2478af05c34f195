// chronos-fleet connect: how a user's tools reach the port, and files that they open.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { unusable, writeAtomically } from '../config/files.js';
import { findUser } from '../config/find-user.js';
import { cardOf, cardLines } from './card.js';
import { connectionFiles, connectionForms } from './connection-forms.js';
import type { Context } from './context.js';

interface ConnectOptions {
  readonly files?: string;
}

export function register(program: Command, context: Context): void {
  program
    .command('connect')
    .description("show what to enter in BI tools and drivers for a user's port; never the password")
    .argument('<user>', 'name or :port of the user')
    .option('--files <dir>', 'also write files for Tableau (.tds), ODBC (.dsn) and Power BI (.pbids)')
    .action((word: string, options: ConnectOptions) => connect(word, options, context));
}

async function connect(word: string, { files }: ConnectOptions, context: Context): Promise<void> {
  const { users, file } = context.fleet();
  const settings = findUser(users, word, context.shown(file));
  const card = cardOf(settings);
  const forms = connectionForms(card);
  const written =
    files === undefined ? [] : await writeFiles(resolve(context.cwd, files), connectionFiles(card));
  if (context.json()) {
    context.printJson({ ...card, forms: Object.fromEntries(forms), files: written });
    return;
  }
  context.print(context.style('bold', card.user));
  for (const line of cardLines(settings)) context.print(line);
  context.print('');
  for (const [tool, form] of forms) context.print(`  ${tool.padEnd(toolWidth)} ${form}`);
  for (const path of written) context.note(`written: ${context.shown(path)}`);
}

const toolWidth = 12;

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  const paths: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await writeAtomically(path, text, 0o644);
    paths.push(path);
  }
  return paths;
}
