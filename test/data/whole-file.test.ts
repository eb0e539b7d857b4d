import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataError } from '../../src/errors.js';
import { makeFolder, writeWhole } from '../../src/image/whole-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-whole-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('folders are made with those that they lie in, by several at once too', async () => {
  await Promise.all(['a/b/c', 'a/b/c', 'a/b/d'].map((path) => makeFolder('test', join(folder, path))));
  expect((await readdir(join(folder, 'a/b'))).sort()).toEqual(['c', 'd']);
  await makeFolder('test', folder);
});

test.each([
  ['a file in its place', 'file', 'file is not a folder'],
  ['a file in its way', 'file/a/b', 'is in a path that is not a folder'],
  ['a name that is too long', 'x'.repeat(300), 'has a name that is too long'],
])('no folder for %s', async (_, path, message) => {
  await writeFile(join(folder, 'file'), '');
  const made = makeFolder('test', join(folder, path));
  await expect(made).rejects.toThrow(DataError);
  await expect(made).rejects.toThrow(message);
});

test.runIf(process.platform === 'linux')('no folder where none can be made, and no endless trying', async () => {
  await expect(makeFolder('test', '/proc/a/b')).rejects.toThrow('test: /proc/a/b cannot be made there');
});

test('what a link leads to is replaced, not the link', async () => {
  await writeFile(join(folder, 'file'), 'old');
  await symlink('file', join(folder, 'link'));
  await writeWhole('test', join(folder, 'link'), 'new');
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('new');
  expect((await readdir(folder)).sort()).toEqual(['file', 'link']);
});

test.runIf(process.platform === 'linux')('a device stays a device', async () => {
  await expect(writeWhole('test', '/dev/null', 'x')).rejects.toThrow('test: /dev/null is not a file');
  expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
});
