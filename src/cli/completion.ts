// chronos-fleet completion: scripts that let a shell complete commands, options and users.
import type { Command } from 'commander';
import { Argument } from 'commander';
import { mapTree, readTree } from '../config/edit.js';
import { readMapText } from '../config/load.js';
import { isGroup } from '../config/plain.js';
import { FleetError } from '../errors.js';
import type { Context } from './context.js';

const shells = ['bash', 'zsh', 'fish'] as const;

export function register(program: Command, context: Context): void {
  program
    .command('completion')
    .description('print a completion script, e.g. for bash: source <(chronos-fleet completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices([...shells, 'words']))
    .argument('[words...]', 'with "words": what stands on the line so far, for the scripts themselves')
    .action((shell: string, line: string[]) => {
      if (shell === 'words') for (const word of wordsFor(program, line, context)) context.print(word);
      else context.print(scripts[shell as (typeof shells)[number]]);
    });
}

/** What may follow the words of a line: commands first, then users and the command's options. */
function wordsFor(program: Command, line: readonly string[], context: Context): string[] {
  const name = line.find((word) => !word.startsWith('-'));
  const command = program.commands.find((other) => other.name() === name);
  const options = [program, ...(command === undefined ? [] : [command])].flatMap((each) =>
    each.options.flatMap(({ long }) => (long === undefined ? [] : [long])),
  );
  if (command === undefined) return [...program.commands.map((other) => other.name()), ...options];
  const takesUser = command.registeredArguments.some((argument) => argument.name().startsWith('user'));
  return [...(takesUser ? userNames(context) : []), ...options];
}

function userNames(context: Context): string[] {
  try {
    const users = readTree(mapTree(readMapText(context.mapOptions())), ['users']);
    return isGroup(users) ? Object.keys(users) : [];
  } catch (error) {
    // Where there is no fleet, there are no users to complete.
    if (error instanceof FleetError) return [];
    throw error;
  }
}

const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `_chronos_fleet() {
  local words
  words=$(chronos-fleet completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _chronos_fleet chronos-fleet`,
  zsh: `#compdef chronos-fleet
_chronos_fleet() {
  local -a words_known
  words_known=(\${(f)"$(chronos-fleet completion words -- \${words[2,CURRENT-1]} 2>/dev/null)"})
  compadd -a words_known
}
compdef _chronos_fleet chronos-fleet`,
  fish: `complete -c chronos-fleet -f -a '(chronos-fleet completion words -- (commandline -opc)[2..-1] 2>/dev/null)'`,
};
