import type { Flag, ProgramShape, Value } from './program-shape.js';

/** A completion script for zsh: a file `_convlab` in a folder of $fpath, or evaluated after compinit. */
export function zshCompletion({ name, flags, commands }: ProgramShape): string {
  const branches = commands.map(({ name: command, flags: own, operand }) => {
    const specs = [...own.map(flagSpec), ...(operand ? [quote(`*:${operand.name}:${action(operand)}`)] : [])];
    return `        (${command})\n          _arguments ${specs.join(' \\\n            ')} ;;`;
  });
  return `#compdef ${name}
# zsh completion for ${name}: eval "$(${name} completion zsh)" in ~/.zshrc, after compinit
_${name}() {
  local curcontext=$curcontext state line
  local -a commands
  _arguments -C ${flags.map(flagSpec).join(' \\\n    ')} \\
    '1:command:->command' '*::argument:->argument'
  case $state in
    (command)
      commands=(
        ${commands.map(({ name: command, help }) => quote(`${command}:${help}`)).join('\n        ')}
      )
      _describe command commands ;;
    (argument)
      case $words[1] in
${branches.join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

/** `'(-k --kernel)'{-k,--kernel}'[help]:kernel:…'`, with a leading star for flags that can be repeated. */
function flagSpec({ names, help, value }: Flag): string {
  const what = `[${help.replaceAll(/[[\]\\]/g, '\\$&')}]${value ? `:${value.name}:${action(value)}` : ''}`;
  return names.length === 1 ? quote(`${names[0]}${what}`) : `'*'{${names.join(',')}}${quote(what)}`;
}

function action({ words, paths }: Value): string {
  const files = { files: '_files', folders: '_files -/', none: '' }[paths];
  if (words.length === 0) return files || ' ';
  return paths === 'none' ? `(${words.join(' ')})` : `{ compadd -- ${words.join(' ')}; ${files} }`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
