/** Where a command prints: results to `out`, errors and progress to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Which of the two streams show colors. Default: neither. */
  readonly colors?: { readonly out: boolean; readonly err: boolean };
  /** Suppresses progress and reports; results, warnings and errors are still printed. */
  readonly quiet?: boolean;
}

/** Reports in one line what the format of a result could not store. */
export function tellLosses(terminal: Terminal, path: string, lost: readonly string[]): void {
  if (lost.length > 0) terminal.err(`${path}: the format cannot store ${lost.join(', ')}\n`);
}

/**
 * True if a stream shows colors: only a terminal by default. `NO_COLOR` that is not empty, and `FORCE_COLOR` of 0 or
 * false, turn them off; any other `FORCE_COLOR` turns them on.
 */
export function showsColors(stream: { readonly isTTY?: boolean }, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR || FORCE_COLOR === '0' || FORCE_COLOR === 'false') return false;
  return FORCE_COLOR ? true : stream.isTTY === true && TERM !== 'dumb';
}

/** Text in a style of ANSI terminals. */
export const styles = {
  title: (text: string) => `\x1b[1m${text}\x1b[22m`,
  term: (text: string) => `\x1b[36m${text}\x1b[39m`,
  error: (text: string) => `\x1b[31m${text}\x1b[39m`,
};

/** Prints a line that begins with `error:`, in red if colors are enabled. */
export function tellError(terminal: Terminal, line: string): void {
  terminal.err(`${terminal.colors?.err ? line.replace(/^error:/, styles.error) : line}\n`);
}

/** Standard output and standard error of this process. */
export const CONSOLE: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  colors: { out: showsColors(process.stdout, process.env), err: showsColors(process.stderr, process.env) },
};
