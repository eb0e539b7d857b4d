// Runs a recipe in a folder, in this process, and returns what it printed and which files it wrote.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import type { Recipe } from './recipes.js';

export interface Ran {
  /** the output of `console.log`, one line per call */
  readonly printed: string;
  /** paths inside the folder, sorted */
  readonly written: readonly string[];
}

/** @param folder the folder with the files of `writeInputs`; it is the working directory while the recipe runs */
export async function run(recipe: Recipe, folder: string): Promise<Ran> {
  const [before, here, log] = [files(folder), process.cwd(), console.log];
  const lines: string[] = [];
  console.log = (...values) => lines.push(format(...values));
  process.chdir(folder);
  try {
    await import(pathToFileURL(recipe.path).href);
  } finally {
    process.chdir(here);
    console.log = log;
  }
  const written = [...files(folder)].filter(([path, changed]) => before.get(path) !== changed).map(([path]) => path);
  return { printed: lines.join('\n'), written: written.sort() };
}

/** When each file below a folder was last written. */
function files(folder: string): Map<string, number> {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => [path, statSync(join(folder, path))] as const);
  return new Map(entries.flatMap(([path, stats]) => (stats.isFile() ? [[path, stats.mtimeMs] as const] : [])));
}
