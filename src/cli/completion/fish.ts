import type { Flag, ProgramShape, Value } from './program-shape.js';

/** A completion script for fish 3.0 or later. */
export function fishCompletion({ name, flags, commands }: ProgramShape): string {
  const line = (...words: readonly string[]) => `complete -c ${name} ${words.filter((word) => word !== '').join(' ')}`;
  return [
    `# fish completion for ${name}: ${name} completion fish > ~/.config/fish/completions/${name}.fish`,
    line('-f'),
    ...flags.map((flag) => line(flagWords(flag))),
    ...commands.flatMap(({ name: command, help, flags: own, operand }) => {
      const seen = `-n '__fish_seen_subcommand_from ${command}'`;
      return [
        '',
        line('-n __fish_use_subcommand', `-a ${command}`, describe(help)),
        ...(operand ? [line(seen, offers(operand))] : []),
        ...own.map((flag) => line(seen, flagWords(flag))),
      ];
    }),
    '',
  ].join('\n');
}

function flagWords({ names, help, value }: Flag): string {
  const named = names.map((each) => (each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`));
  return [...named, ...(value ? ['-r', offers(value)] : []), describe(help)].join(' ');
}

function offers({ words, paths }: Value): string {
  const listed = [...words, ...(paths === 'folders' ? ['(__fish_complete_directories)'] : [])];
  return [...(paths === 'files' ? ['-F'] : ['-f']), ...(listed.length > 0 ? [`-a ${quote(listed.join(' '))}`] : [])].join(' ');
}

function describe(help: string): string {
  return `-d ${quote(help)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
