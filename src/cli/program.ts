import { Command, CommanderError } from 'commander';
import { ConvlabError, OptionError } from '../errors.js';
import { version } from './program-version.js';
import { CONSOLE, styles, type Terminal, tellError } from './terminal.js';

const NEVER = new AbortController().signal;

type AddCommand = (program: Command, terminal: Terminal, signal: AbortSignal) => void;

/** The modules of commands; only the requested one is loaded, or all of them for help. */
const MODULES: readonly { readonly names: readonly string[]; readonly load: () => Promise<AddCommand> }[] = [
  { names: ['filter'], load: async () => (await import('./filter/filter-command.js')).addFilterCommand },
  { names: ['enqueue'], load: async () => (await import('./commands/enqueue-command.js')).addEnqueueCommand },
  { names: ['worker'], load: async () => (await import('./commands/worker-command.js')).addWorkerCommand },
  {
    names: ['resize', 'crop', 'flip', 'rotate', 'grayscale', 'threshold'],
    load: async () => (await import('./commands/picture-commands.js')).addPictureCommands,
  },
  { names: ['explain'], load: async () => (await import('./commands/explain-command.js')).addExplainCommand },
  { names: ['kernels'], load: async () => (await import('./commands/kernels-command.js')).addKernelsCommand },
  { names: ['compare'], load: async () => (await import('./commands/compare-command.js')).addCompareCommand },
  { names: ['match'], load: async () => (await import('./commands/match-command.js')).addMatchCommand },
  { names: ['train'], load: async () => (await import('./commands/train-command.js')).addTrainCommand },
  { names: ['evaluate'], load: async () => (await import('./commands/predict-command.js')).addEvaluateCommand },
  { names: ['predict'], load: async () => (await import('./commands/predict-command.js')).addPredictCommand },
  { names: ['add'], load: async () => (await import('./commands/add-command.js')).addAddCommand },
  { names: ['summary'], load: async () => (await import('./commands/predict-command.js')).addSummaryCommand },
  { names: ['serve'], load: async () => (await import('./commands/serve-command.js')).addServeCommand },
  { names: ['doctor'], load: async () => (await import('./commands/doctor-command.js')).addDoctorCommand },
  { names: ['completion'], load: async () => (await import('./commands/completion-command.js')).addCompletionCommand },
];

/**
 * Runs one command line.
 * @param args without node and the program's name
 * @param signal ends training after the current step; the checkpoint is still written
 * @returns the exit code: 0 done, 1 the operation failed, 2 wrong usage, 130 aborted
 */
export async function run(args: readonly string[], terminal: Terminal = CONSOLE, signal: AbortSignal = NEVER): Promise<0 | 1 | 2 | 130> {
  const program = await createProgram(args, terminal, signal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return signal.aborted ? 130 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
    tellError(terminal, `error: ${(error as Error).message ?? error}`);
    if (program.opts().debug) terminal.err(`${(error as Error).stack}\n`);
    else if (!(error instanceof ConvlabError)) terminal.err('(unexpected error; --debug prints the stack trace)\n');
    return error instanceof OptionError ? 2 : 1;
  }
}

/** Creates commander's program with the commands that a command line needs. */
export async function createProgram(args: readonly string[], base: Terminal, signal: AbortSignal): Promise<Command> {
  const terminal: Terminal = {
    ...base,
    get quiet() {
      return program.opts().quiet === true;
    },
  };
  const program = new Command('convlab')
    .description('One convolution for image filters and neural networks.')
    .version(version())
    .option('--debug', 'print stack traces of errors')
    .option('-q, --quiet', 'print no progress and no report')
    .exitOverride()
    .configureHelp({ styleTitle: styles.title, styleCommandText: styles.term, styleSubcommandText: styles.term, styleOptionText: styles.term })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      getOutHasColors: () => terminal.colors?.out === true,
      getErrHasColors: () => terminal.colors?.err === true,
      outputError: (text) => tellError(terminal, text.trim().replaceAll('\n', ' ')),
    });
  for (const add of await Promise.all(needed(args).map(({ load }) => load()))) add(program, terminal, signal);
  return program;
}

/** The module of the command in a command line; none for the version; otherwise all. */
function needed(args: readonly string[]): typeof MODULES {
  const command = args.find((each) => !each.startsWith('-'));
  if (command === undefined && args.some((each) => each === '--version' || each === '-V')) return [];
  // a shell completes all commands
  const named = command === 'completion' ? [] : MODULES.filter(({ names }) => names.some((name) => name === command));
  return named.length > 0 ? named : MODULES;
}
