import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJobs } from '../../src/cli/filter/filter-files.js';
import { createImage } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { convlab } from './convlab.js';

let root: string;
let before: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'convlab-contained-'));
  before = process.cwd();
  process.chdir(root);
  await mkdir('a/b', { recursive: true });
  await mkdir('c');
  for (const [i, name] of ['a/x.png', 'a/b/y.png', 'c/z.png'].entries())
    await writeImage(name, createImage(4, 3, 1, new Uint8ClampedArray(12).fill(50 * i + 9)));
});
afterEach(async () => {
  process.chdir(before);
  await rm(root, { recursive: true });
});

/** Every file and what is in it. */
async function everything() {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) found[join(entry.parentPath, entry.name)] = await readFile(join(entry.parentPath, entry.name), 'base64');
  return found;
}
const filterTo = (...args: string[]) => convlab(['filter', ...args, '--kernel', 'emboss', '--backend', 'reference']);

describe('what would leave the folder, or take the place of an input, is refused before anything is written', () => {
  test.each<[string, string[], string, (() => Promise<void>)?]>([
    ['a pattern that climbs', ['*/../../c/*.png', '--out', '.'], 'outside', async () => process.chdir('a')],
    ['a pattern that climbs, to a folder of its own', ['*/../../c/*.png', '--out', 'b'], 'outside', async () => process.chdir('a')],
    ['a file in the folder of the results', ['a/x.png', '--out', 'a'], 'overwrite a/x.png'],
    ['the folder itself', ['a', '--out', 'a'], 'overwrite a/'],
    ['the folder, by another name', ['a', '--out', 'c/../a/.'], 'overwrite a/'],
    ['the folder, by a link', ['a', '--out', 'to-a'], 'overwrite a/', () => symlink('a', 'to-a')],
    ['what is there as a hard link to an input', ['a/x.png', '--out', 'out'], 'overwrite a/x.png', () => mkdir('out').then(() => link('a/x.png', 'out/x.png'))],
    ['a file that is a link', ['a/x.png', '--out', 'out'], 'outside', () => mkdir('out').then(() => symlink('../c/z.png', 'out/x.png'))],
    ['a file that is a link to nothing', ['a/x.png', '--out', 'out'], 'outside', () => mkdir('out').then(() => symlink('../c/new.png', 'out/x.png'))],
    ['a folder that is a link', ['a', '--out', 'out'], 'outside', () => mkdir('out').then(() => symlink('../c', 'out/b'))],
  ])('%s', async (_, args, says, prepare) => {
    await prepare?.();
    const there = await everything();
    const { code, stderr } = await filterTo(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: filter: --out would /)]);
    expect(stderr).toContain(says);
    expect(await everything()).toEqual(there);
  });
});

test.each([
  ['a folder', ['a'], 'a/out'],
  ['a pattern', ['a/**/*.png'], 'a/out'],
  ['a pattern from here', ['**/*.png'], 'out'],
  ['through a link', ['a/**/*.png'], 'to-a/out'],
])('the second run of %s gives what the first gave', async (_, paths, out) => {
  await symlink('a', 'to-a');
  const inputs = await everything();
  const run = async () => {
    expect((await filterTo(...paths, '--out', out)).code).toBe(0);
    return everything();
  };
  const first = await run();
  expect(Object.keys(first).length).toBeGreaterThan(Object.keys(inputs).length);
  expect(first).toMatchObject(inputs);
  expect(await run()).toEqual(first);
});

test('a folder of links, and a folder in that of the results, are inputs like others', async () => {
  await mkdir('links');
  await symlink('../c/z.png', 'links/z.png');
  await symlink('out', 'here');
  await mkdir('out');
  const jobs = (paths: string[], out: string) => findJobs(paths, { out }).then((found) => found.map(({ from, to }) => `${from} → ${to}`));
  expect(await jobs(['links'], 'out')).toEqual(['links/z.png → out/z.png']);
  expect(await jobs(['a'], 'here')).toEqual(['a/x.png → here/x.png', 'a/b/y.png → here/b/y.png'].sort((a, b) => (a < b ? -1 : 1)));
  expect(await jobs(['a/b'], 'a')).toEqual(['a/b/y.png → a/y.png']);
});
