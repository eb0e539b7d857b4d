/** Where a command prints: results to `out`, errors and progress to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

/** Standard output and standard error of this process. */
export const CONSOLE: Terminal = { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) };
