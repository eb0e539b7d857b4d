import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { dilation, onePixel, padding, stride } from '../../scripts/pictures/arithmetic.js';
import { learned, volume } from '../../scripts/pictures/beyond.js';
import { modes } from '../../scripts/pictures/filters.js';
import { speed } from '../../scripts/pictures/speed.js';
import { runningSum, separable } from '../../scripts/pictures/ways.js';
import { GUIDES } from './pages.js';

const pages = ['README.md', ...GUIDES];
const shown = pages.flatMap((page) => [...readFileSync(page, 'utf8').matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path]) => join(dirname(page), path)));

const inFolder = readdirSync('docs/pictures', { recursive: true, encoding: 'utf8' }).map((name) => join('docs/pictures', name));
const pictures = inFolder.filter((path) => statSync(path).isFile());

test('every picture of the guides is there, and every one that is there is shown', () => {
  expect(shown.filter((path) => !existsSync(path))).toEqual([]);
  expect(pictures.filter((path) => !shown.includes(path))).toEqual([]);
});

test('every picture says what is on it, for those who do not see it', () => {
  const silent = pages.filter((page) => /!\[\s*\]\(/.test(readFileSync(page, 'utf8')));
  expect(silent).toEqual([]);
});

test('the pictures of the guides stay small', () => {
  const sizes = pictures.map((path) => [path, statSync(path).size] as const);
  expect(sizes.filter(([, bytes]) => bytes > 100_000)).toEqual([]);
});

// a drawing checks the values in its text against conv and throws if they differ
test.each([onePixel, stride, padding, dilation, separable, runningSum, volume, learned, modes, speed])('$name is drawn into its frame', async (draw) => {
  const { width, height, parts } = await draw();
  const ends = parts.flatMap((part) => [...part.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)]);
  expect(ends.length).toBeGreaterThan(10);
  expect(Math.max(...ends.map(([, x, , w]) => Number(x) + Number(w)))).toBeLessThanOrEqual(width);
  expect(Math.max(...ends.map(([, , y, , h]) => Number(y) + Number(h)))).toBeLessThanOrEqual(height);
});
