import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { programShape, type Suggestions } from '../completion/program-shape.js';
import { zshCompletion } from '../completion/zsh.js';
import type { Terminal } from '../terminal.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `convlab completion SHELL`: a script that completes commands, flags, words and file names. */
export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: keyof typeof SHELLS) => {
      const { catalogue } = await import('../../filters/catalogue/catalogue.js');
      terminal.out(SHELLS[shell](programShape(program, suggestions(Object.keys(catalogue)))));
    });
}

/** Common values of flags and operands that also accept other values. */
export function suggestions(kernels: readonly string[]): Suggestions {
  return {
    kernel: { words: kernels, paths: 'files' },
    data: { words: ['mnist', 'fashion'], paths: 'folders' },
    net: { words: ['lecture', 'best'], paths: 'files' },
  };
}

const EXAMPLES = `
Examples:
  eval "$(convlab completion bash)"    # in ~/.bashrc
  eval "$(convlab completion zsh)"     # in ~/.zshrc, after compinit
  convlab completion fish > ~/.config/fish/completions/convlab.fish
`;
