import { type Command, InvalidArgumentError, Option } from 'commander';
import { BACKEND_NAME, BACKEND_OPTIONS } from '../kernels/backends/create.js';
import { check, flag, type OptionRow, type OptionsOf, option, pickRows, type Rows, text } from '../options.js';

/** Flags that choose the backend of a command. */
export const BACKEND_FLAGS = { backend: BACKEND_NAME, ...pickRows(BACKEND_OPTIONS, 'gpuMode', 'threads') } satisfies Rows;
/** The backend options of a command. */
export interface BackendFlags extends OptionsOf<typeof BACKEND_FLAGS> {}

/** The flags with a number of threads, unless it is set or the backend has no threads. */
export function withThreads<F extends BackendFlags>(flags: F, threads: number | undefined): F {
  const { backend = 'auto' } = flags;
  return flags.threads === undefined && (backend === 'auto' || backend === 'wasm') ? { ...flags, threads } : flags;
}

/** A flag whose value is a file or folder. */
export function fileFlag<const P extends string>(placeholder: P, help: string) {
  return option(text, { help, placeholder });
}

/** A flag without a value. */
export function switchFlag(help: string) {
  return option(flag, { help });
}

/** Adds a flag for each row with a line of help. The row parses and checks its value; an omitted flag stays undefined. */
export function addFlags(command: Command, rows: Rows): Command {
  for (const [name, row] of Object.entries(rows)) if (row.help !== undefined) command.addOption(toOption(command.name(), name, row));
  return command;
}

/** The flag of an option: `--padding-mode` for `paddingMode`. */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function toOption(operation: string, name: string, row: OptionRow): Option {
  const { parse, words, form, preset, placeholder = words ? 'name' : 'n' } = row;
  const value = preset === undefined ? `<${placeholder}>` : `[${placeholder}]`;
  const made = new Option(parse ? `${flagName(name)} ${value}` : flagName(name), describe(row));
  if (preset !== undefined) made.preset(preset);
  made.makeOptionMandatory(row.required === true);
  if (!parse) return made;
  if (words && form === undefined) made.choices(words);
  return made.argParser((typed) => {
    const value = parse(typed);
    if (value === undefined) throw new InvalidArgumentError(`It must be ${form ?? row.says}.`);
    check(operation, name, value, row);
    return value;
  });
}

function describe({ help, form, default: initial }: OptionRow): string {
  const line = form === undefined ? `${help}` : `${help}: ${form}`;
  return initial === undefined || typeof initial === 'boolean' ? line : `${line} (default: ${initial})`;
}
