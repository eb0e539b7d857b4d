import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manPage } from '../../scripts/man-page.js';
import { convlab } from './convlab.js';

const page = readFileSync('man/convlab.1', 'utf8');

test('man/convlab.1 is what npm run docs:man writes', async () => {
  expect(page).toBe(await manPage());
});

test('it has every command with its examples', async () => {
  const commands = [...(await convlab(['--help'])).stdout.matchAll(/^ {2}([a-z]+) (?:\[options\]|<)/gm)].map(([, name]) => name);
  expect([...page.matchAll(/^\.SS "convlab (\w+)"$/gm)].map(([, name]) => name)).toEqual(commands.filter((name) => name !== 'help'));
  expect(page).toContain('convlab filter photo.jpg sharp.png --kernel sharpen');
});

const groff = spawnSync('groff', ['--version']).status === 0;
test.skipIf(!groff)('groff formats it without a warning (skipped where there is no groff)', () => {
  const { status, stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-c', 'man/convlab.1'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('--padding-mode');
});
