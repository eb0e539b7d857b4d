import type { CommandShape, ProgramShape, Value } from './program-shape.js';

/** A completion script for bash 3.2 or later; file names with spaces require bash 4. */
export function bashCompletion({ name, flags, commands }: ProgramShape): string {
  return `# bash completion for ${name}: eval "$(${name} completion bash)" in ~/.bashrc
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= words= paths= word
  # bash splits --flag=value into three words
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD-2]}
  [[ $current == = ]] && previous=\${COMP_WORDS[COMP_CWORD-1]} current=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word != -* ]] && command=$word && break
  done

  case $command,$previous in
${flagValues(commands)}
    *)
      if [[ $current == -* ]]; then
        case $command in
${commands.map((command) => `          ${command.name}) words='${namesOf(command.flags).join(' ')}' ;;`).join('\n')}
        esac
        words+=' ${namesOf(flags).join(' ')}'
      else
        case $command in
          '') words='${commands.map((command) => command.name).join(' ')}' ;;
${commands.flatMap(({ name: each, operand }) => (operand ? `          ${each}) ${settings(operand)} ;;` : [])).join('\n')}
        esac
      fi ;;
  esac

  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(
    [[ -n $words ]] && compgen -W "$words" -- "$current"
    [[ $paths == files ]] && compgen -f -- "$current"
    [[ $paths == folders ]] && compgen -d -- "$current"
  )
  [[ -n $paths ]] && compopt -o filenames 2>/dev/null
  return 0
}
complete -F _${name} ${name}
`;
}

/** One branch per kind of value, for all flags that accept it. */
function flagValues(commands: readonly CommandShape[]): string {
  const branches = new Map<string, string[]>();
  for (const { name, flags } of commands) {
    for (const { names, value } of flags) {
      if (!value) continue;
      const key = settings(value);
      branches.set(key, [...(branches.get(key) ?? []), ...names.map((flag) => `${name},${flag}`)]);
    }
  }
  return [...branches].map(([does, patterns]) => `    ${patterns.join('|')})\n      ${does} ;;`).join('\n');
}

function settings({ words, paths }: Value): string {
  return [...(words.length > 0 ? [`words='${words.join(' ')}'`] : []), ...(paths === 'none' ? [] : [`paths=${paths}`])].join(' ') || ':';
}

function namesOf(flags: CommandShape['flags']): string[] {
  return flags.flatMap(({ names }) => names);
}
