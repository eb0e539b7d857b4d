import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { licensesPage, shipped } from '../scripts/licenses.mjs';

/** They ask for no more than to be named. */
const PERMISSIVE = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0', 'Zlib', 'WTFPL'];

test('docs/licenses.md is what package-lock.json says: node scripts/licenses.mjs writes it', () => {
  expect(readFileSync('docs/licenses.md', 'utf8')).toBe(licensesPage());
});

test('everything that is installed with convlab, or built in, may be passed on with MIT', () => {
  const packages = shipped();
  expect(packages.length).toBeGreaterThan(20);
  const asks = packages.filter(({ license }) => {
    const choices = license.replace(/[()]/g, '').split(' OR ');
    return !choices.some((choice) => choice.split(' AND ').every((name) => PERMISSIVE.includes(name)));
  });
  expect(asks).toEqual([]);
});

test('nothing that is installed with convlab needs a script to be run', () => {
  expect(
    shipped()
      .filter(({ hasInstallScript }) => hasInstallScript)
      .map(({ name }) => name),
  ).toEqual([]);
});
