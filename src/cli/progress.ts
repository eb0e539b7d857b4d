import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** A progress bar with log lines above it. */
export interface Progress {
  update(done: number): void;
  log(line: string): void;
  stop(): void;
}

/** Shows a bar if stderr is a terminal; otherwise prints only the lines. A quiet terminal shows neither. */
export function progress(terminal: Terminal, total: number, unit: string): Progress {
  if (terminal.quiet) return { update: () => {}, log: () => {}, stop: () => {} };
  if (!process.stderr.isTTY) return { update: () => {}, log: (line) => terminal.err(`${line}\n`), stop: () => {} };
  const bar = new SingleBar(
    { format: `{bar} {percentage}% | {value}/{total} ${unit} | {eta_formatted} left`, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    update: (done) => bar.update(done),
    log: (line) => {
      process.stderr.write(`\r\x1b[K${line}\n`);
      bar.render();
    },
    stop: () => bar.stop(),
  };
}
