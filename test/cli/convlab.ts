import { run } from '../../src/cli/program.js';

/** One command line, and what it prints. */
export async function convlab(args: readonly string[], signal?: AbortSignal) {
  let [stdout, stderr] = ['', ''];
  const terminal = {
    out: (text: string) => {
      stdout += text;
    },
    err: (text: string) => {
      stderr += text;
    },
  };
  return { code: await run(args, terminal, signal), stdout, stderr };
}

/** The words of a command line as a shell splits it. */
export const words = (line: string) => [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c);
