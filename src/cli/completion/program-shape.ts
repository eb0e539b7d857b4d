import type { Argument, Command, Option } from 'commander';

/** The possible values of an operand or flag. */
export interface Value {
  /** its name in help */
  readonly name: string;
  readonly words: readonly string[];
  readonly paths: 'files' | 'folders' | 'none';
}

/** A flag with all its names, such as `-k` and `--kernel`, and its value. */
export interface Flag {
  readonly names: readonly string[];
  readonly help: string;
  readonly value?: Value;
}

/** A command as a shell completes it. */
export interface CommandShape {
  readonly name: string;
  readonly help: string;
  readonly flags: readonly Flag[];
  /** values of the operands, which are the same for all operands of a command; undefined if it has none */
  readonly operand?: Value;
}

/** The commands and flags of a program. */
export interface ProgramShape {
  readonly name: string;
  /** flags of every command */
  readonly flags: readonly Flag[];
  readonly commands: readonly CommandShape[];
}

/** Suggestions in addition to the choices that commander knows, by the name of a flag or operand; other words are allowed too. */
export type Suggestions = Readonly<Record<string, Omit<Value, 'name'>>>;

/** Reads commands, flags and their values from commander's program. */
export function programShape(program: Command, suggestions: Suggestions): ProgramShape {
  const help = program.createHelp();
  const flag = (option: Option): Flag => ({
    names: [option.short, option.long].filter((name) => name != null),
    help: option.description,
    ...(option.required && { value: suggested(option.attributeName(), /<(.*)>/.exec(option.flags)?.[1] ?? '', option.argChoices, suggestions) }),
  });
  const command = (each: Command): CommandShape => {
    const [operand] = each.registeredArguments;
    const inherited = each.name() === 'help' ? help.visibleCommands(program).map((other) => other.name()) : undefined;
    return {
      name: each.name(),
      help: each.description(),
      flags: help.visibleOptions(each).map(flag),
      ...(operand && { operand: operandValue(operand, inherited, suggestions) }),
    };
  };
  return { name: program.name(), flags: help.visibleOptions(program).map(flag), commands: help.visibleCommands(program).map(command) };
}

function operandValue(argument: Argument, words: readonly string[] | undefined, suggestions: Suggestions): Value {
  const name = argument.name();
  const choices = words ?? argument.argChoices;
  return choices ? { name, words: choices, paths: 'none' } : { name, ...(suggestions[name] ?? { words: [], paths: 'files' }) };
}

const PATHS: Readonly<Record<string, Value['paths']>> = { file: 'files', picture: 'files', folder: 'folders' };

function suggested(flag: string, placeholder: string, choices: readonly string[] | undefined, suggestions: Suggestions): Value {
  const known = choices ? undefined : suggestions[flag];
  return { name: placeholder, words: choices ?? known?.words ?? [], paths: known?.paths ?? PATHS[placeholder] ?? 'none' };
}
