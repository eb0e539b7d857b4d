import type { Argument, Command, Help, Option } from 'commander';
import { createProgram } from '../src/cli/program.js';

/** The text of man/convlab.1, for man(1): every command and flag of the program, as its help describes them. */
export async function manPage(): Promise<string> {
  const printed: string[] = [];
  const program = await createProgram([], { out: (words) => void printed.push(words), err: () => {} }, new AbortController().signal);
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== 'help');
  const examples = (command: Command) => {
    printed.length = 0;
    command.outputHelp();
    return /\nExamples:\n([\s\S]*)$/.exec(printed.join(''))?.[1].replaceAll(/^ {2}/gm, '').trimEnd();
  };
  return [
    '.\\" npm run docs:man writes this page; do not edit it',
    '.TH CONVLAB 1 "" "convlab" "User Commands"',
    '.SH NAME',
    'convlab \\- image filters and convolutional networks',
    '.SH SYNOPSIS',
    `.B convlab\n[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]`,
    '.SH DESCRIPTION',
    text(program.description()),
    'Results go to standard output, errors and progress to standard error.',
    '.SH OPTIONS',
    ...help.visibleOptions(program).map((option) => flag(option, help)),
    '.SH COMMANDS',
    ...commands.map((command) => section(command, help, examples(command))),
    '.SH EXIT STATUS',
    ...EXIT_STATUS.map(([code, meaning]) => `.TP\n.B ${code}\n${text(meaning)}`),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.map(([name, meaning]) => `.TP\n.B ${name}\n${text(meaning)}`),
    '.SH SEE ALSO',
    'docs/command\\-line.md in the repository has an example of every flag.',
    '',
  ].join('\n');
}

const EXIT_STATUS = [
  ['0', 'Success.'],
  ['1', 'An operation failed.'],
  ['2', 'The command line is wrong.'],
  ['130', 'Interrupted by Ctrl-C.'],
  ['141', 'The reader of standard output ended.'],
];

const ENVIRONMENT = [
  ['NO_COLOR', 'If it is set and not empty, nothing is printed in color.'],
  ['FORCE_COLOR', '0 or false: as NO_COLOR. Any other value: print colors even where the output is no terminal.'],
  ['AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL_S3', 'How s3:// paths are reached.'],
  ['REDIS_URL', 'The server of enqueue and worker, where --redis is not given.'],
  ['XDG_CACHE_HOME', 'Data sets that are downloaded are kept in convlab below it (default: ~/.cache).'],
];

function section(command: Command, help: Help, examples: string | undefined): string {
  const usages = help.commandUsage(command).split(/\n\s*/);
  return [
    `.SS "convlab ${command.name()}"`,
    ...usages.map((usage, i) => `${i > 0 ? '.br\n' : ''}.B ${text(usage)}`),
    '.PP',
    sentence(command.description()),
    ...help.visibleArguments(command).map(argument),
    ...help
      .visibleOptions(command)
      .filter((option) => option.long !== '--help')
      .map((option) => flag(option, help)),
    ...(examples === undefined ? [] : ['.PP\nExamples:\n.PP\n.nf\n.RS 4', ...examples.split('\n').map(text), '.RE\n.fi']),
  ].join('\n');
}

function argument(each: Argument): string {
  const choices = each.argChoices ? `: ${each.argChoices.join(', ')}` : '';
  return `.TP\n.I ${each.name()}${each.variadic ? '...' : ''}\n${sentence(`${each.description}${choices}`)}`;
}

function flag(option: Option, help: Help): string {
  const [names, value] = [option.flags.replace(/ ?<.*/, ''), /<.*>/.exec(option.flags)?.[0].slice(1, -1)];
  const required = option.mandatory ? '(required) ' : '';
  const head = names
    .split(', ')
    .map((name) => `\\fB${text(name).replaceAll('-', '\\-')}\\fR`)
    .join(', ');
  return `.TP\n${head}${value ? ` \\fI${text(value)}\\fR` : ''}\n${sentence(`${required}${help.optionDescription(option)}`)}`;
}

function sentence(words: string): string {
  return text(`${words[0].toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`);
}

/** Escapes text for roff, in ASCII. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replace(/^([.'])/, '\\&$1')
    .replaceAll(/[^\x20-\x7e]/gu, (letter) => `\\[u${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`);
}
