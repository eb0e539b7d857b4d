import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConvlabError, OptionError } from '../errors.js';
import { addAddCommand } from './commands/add-command.js';
import { addCompareCommand } from './commands/compare-command.js';
import { addCompletionCommand } from './commands/completion-command.js';
import { addDoctorCommand } from './commands/doctor-command.js';
import { addExplainCommand } from './commands/explain-command.js';
import { addKernelsCommand } from './commands/kernels-command.js';
import { addMatchCommand } from './commands/match-command.js';
import { addPictureCommands } from './commands/picture-commands.js';
import { addEvaluateCommand, addPredictCommand, addSummaryCommand } from './commands/predict-command.js';
import { addServeCommand } from './commands/serve-command.js';
import { addTrainCommand } from './commands/train-command.js';
import { addFilterCommand } from './filter/filter-command.js';
import { CONSOLE, styles, type Terminal, tellError } from './terminal.js';

const NEVER = new AbortController().signal;

/**
 * Runs one command line.
 * @param args without node and the program's name
 * @param signal ends training after the current step; the checkpoint is still written
 * @returns the exit code: 0 done, 1 the operation failed, 2 wrong usage, 130 aborted
 */
export async function run(args: readonly string[], terminal: Terminal = CONSOLE, signal: AbortSignal = NEVER): Promise<0 | 1 | 2 | 130> {
  const program = createProgram(terminal, signal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return signal.aborted ? 130 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
    tellError(terminal, `error: ${(error as Error).message ?? error}`);
    if (program.opts().debug) terminal.err(`${(error as Error).stack}\n`);
    else if (!(error instanceof ConvlabError)) terminal.err('(this was not foreseen; --debug shows where it happened)\n');
    return error instanceof OptionError ? 2 : 1;
  }
}

/** The commands as commander knows them. */
export function createProgram(base: Terminal, signal: AbortSignal): Command {
  const terminal: Terminal = {
    ...base,
    get quiet() {
      return program.opts().quiet === true;
    },
  };
  const program = new Command('convlab')
    .description('One convolution for image filters and neural networks.')
    .version(version())
    .option('--debug', 'print where an error happened')
    .option('-q, --quiet', 'print no progress and no report of what was done')
    .exitOverride()
    .configureHelp({ styleTitle: styles.title, styleCommandText: styles.term, styleSubcommandText: styles.term, styleOptionText: styles.term })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      getOutHasColors: () => terminal.colors?.out === true,
      getErrHasColors: () => terminal.colors?.err === true,
      outputError: (text) => tellError(terminal, text.trim().replaceAll('\n', ' ')),
    });
  addFilterCommand(program, terminal, signal);
  addPictureCommands(program, terminal, signal);
  addExplainCommand(program, terminal);
  addKernelsCommand(program, terminal);
  addCompareCommand(program, terminal);
  addMatchCommand(program, terminal);
  addTrainCommand(program, terminal, signal);
  addEvaluateCommand(program, terminal);
  addPredictCommand(program, terminal);
  addAddCommand(program, terminal);
  addSummaryCommand(program, terminal);
  addServeCommand(program, terminal, signal);
  addDoctorCommand(program, terminal);
  addCompletionCommand(program, terminal);
  return program;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
