import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Running, run } from '../faults/process.js';

const TSX = pathToFileURL(resolve('node_modules/tsx/dist/loader.mjs')).href;
const MAIN = resolve('src/cli/main.ts');

/** The command line as a process of its own, in a folder where BullMQ is installed. */
export function convlab(...args: readonly string[]): Running {
  return run(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: resolve('test/servers') });
}

/** Lines that a process has printed as JSON; half a line at the end is none. */
export function linesOf(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}
