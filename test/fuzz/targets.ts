import { PARSERS } from './parsers.js';
import { runCommand } from './run-command.js';

/** What is done with each kind of input. */
export const TARGETS = { ...PARSERS, command: runCommand };

export type TargetName = keyof typeof TARGETS;
