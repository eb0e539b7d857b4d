import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Recipe, recipes } from '../../examples/cookbook/recipes.js';
import { type Cookbook, cookbook } from '../../scripts/cookbook.js';
import { compareImages } from '../../src/index.js';
import { readImage } from '../../src/node.js';

const folder = mkdtempSync(join(tmpdir(), 'convlab-cookbook-'));
afterAll(() => rmSync(folder, { recursive: true }));
const all = recipes();
let made: Cookbook;

// every recipe runs here, in this process
beforeAll(async () => {
  made = await cookbook(folder);
}, 120_000);

test('forty tasks and more, each with a name of its own', () => {
  expect(all.length).toBeGreaterThanOrEqual(40);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

describe.each(all.map((recipe) => [recipe.name, recipe] as const))('%s', (_, recipe: Recipe) => {
  test('prints a result or writes a file', () => {
    const ran = [...made.ran].find(([{ name }]) => name === recipe.name)?.[1];
    expect(ran).toBeDefined();
    expect((ran?.printed ?? '') !== '' || (ran?.written.length ?? 0) > 0).toBe(true);
    expect(ran?.printed).not.toMatch(/\b(false|undefined|NaN)\b/);
  });

  test('is short', () => {
    const lines = recipe.code.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(22);
    expect(recipe.also.split(', ').length).toBeGreaterThanOrEqual(3);
  });
});

test('the pages are as npm run docs:cookbook makes them', () => {
  for (const [path, text] of made.pages) expect(readFileSync(path, 'utf8')).toBe(text);
  expect(readdirSync('docs/cookbook').map((name) => `docs/cookbook/${name}`)).toEqual([...made.pages.keys()].sort());
});

test('the pictures are what the recipes make, and stay small', async () => {
  const committed = readdirSync('docs/pictures/cookbook').map((name) => `docs/pictures/cookbook/${name}`);
  expect(committed).toEqual([...made.pictures.keys()].sort());
  for (const [path, image] of made.pictures) {
    const { psnr } = await compareImages(image, await readImage(path, { codec: 'built-in' }));
    expect([path, psnr > 22]).toEqual([path, true]);
  }
  expect(committed.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThan(1_200_000);
});
