import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** A progress bar, and lines above it. */
export interface Progress {
  update(done: number): void;
  log(line: string): void;
  stop(): void;
}

/** A bar on stderr where that is a terminal; elsewhere only the lines are printed. */
export function progress(terminal: Terminal, total: number, unit: string): Progress {
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
