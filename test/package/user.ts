import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { inject } from 'vitest';

/** What a program prints. @throws with all of that if it fails */
export function output(program: string, args: string[], cwd = '.', env = process.env): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Runs one of this repository's own tools, or of those that these tests install. */
export function tool(name: string, args: string[], cwd?: string): string {
  const folder = ['node_modules/.bin', 'test/package/node_modules/.bin'].find((each) => existsSync(join(each, name))) ?? '.';
  return output(resolve(folder, name), args, cwd);
}

/** Runs a program of somebody who has installed the package, and returns what it prints. */
export function user(file: string, code: string): string {
  const folder = inject('folder');
  writeFileSync(join(folder, file), code);
  return output(process.execPath, [file], folder);
}

/** Of an image in the user's folder: size, and the red of a corner, of a neighbor of the middle and of the middle. */
export function red(path: string): number[] {
  const { width, height, data } = PNG.sync.read(readFileSync(join(inject('folder'), path)));
  return [width, height, data[0], data[(1 * 5 + 1) * 4], data[(2 * 5 + 2) * 4]];
}
