/** Where a command prints: results to `out`, errors and progress to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

/** Says in one line what a result's format did not hold. */
export function tellLosses(terminal: Terminal, path: string, lost: readonly string[]): void {
  if (lost.length > 0) terminal.err(`${path}: its format does not hold ${lost.join(', ')}\n`);
}

/** Standard output and standard error of this process. */
export const CONSOLE: Terminal = { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) };
