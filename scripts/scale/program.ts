import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line that `npm run build:node` has made. */
export const CONVLAB = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const USAGE = new URL('usage.mjs', import.meta.url).href;

/** Where a program finds sharp, wherever it runs. */
export const SHARP = JSON.stringify(createRequire(import.meta.url).resolve('sharp'));

/** The resources used by a process. */
export interface Usage {
  readonly megabytes: number;
  readonly seconds: number;
}

/** A folder for files that are measured with, in SCALE_FOLDER or among temporary ones. */
export function scaleFolder(): string {
  return mkdtempSync(join(process.env.SCALE_FOLDER ?? tmpdir(), 'convlab-scale-'));
}

/** Runs a program of Node's to its end. @param args its file and arguments, or -e and what it does */
export function measured(folder: string, args: readonly string[]): Usage {
  const usage = join(folder, 'usage.json');
  const { status } = spawnSync(process.execPath, ['--import', USAGE, ...args], {
    env: { ...process.env, USAGE: usage },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return JSON.parse(readFileSync(usage, 'utf8'));
}

/** @throws Error if there is no command line */
export function checkBuilt(): void {
  if (!existsSync(CONVLAB)) throw new Error('npm run build:node comes first');
}

export function tell(what: string, { megabytes, seconds }: Usage): void {
  console.log(`${what}: ${megabytes} MB, ${seconds.toFixed(1)} s of CPU`);
}
