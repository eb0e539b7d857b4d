import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const lessons = readdirSync('examples/lecture').filter((file) => /^\d/.test(file));
const pictures = readdirSync('docs/lecture');

describe.each(['docs/lecture.md', 'docs/lecture.zh.md'])('%s', (path) => {
  const page = readFileSync(path, 'utf8');

  test('names every lesson by its number and its file', () => {
    for (const file of lessons) {
      const number = file.split('-')[0].replace(/^0/, '');
      expect(page).toMatch(new RegExp(`^\\| ${number} \\|.*\\(\\.\\./examples/lecture/${file.replace('.', '\\.')}\\)`, 'm'));
    }
  });

  test('shows pictures that are there, and all of them', () => {
    const shown = [...page.matchAll(/!\[[^\]]+\]\(lecture\/([^)]+)\)/g)].map(([, name]) => name);
    expect(shown.filter((name) => !existsSync(`docs/lecture/${name}`))).toEqual([]);
    expect([...new Set(shown)].sort()).toEqual(pictures.sort());
  });

  test('names no function that is not there', async () => {
    const names = new Set([...Object.keys(await import('../../src/index.js')), ...Object.keys(await import('../../src/node.js'))]);
    for (const name of [
      'mnist',
      'retrieveFeatures',
      'topActivations',
      'maximizeActivation',
      'saliency',
      'scoreGradient',
      'gradCam',
      'occlusionMap',
      'convBySlices',
    ]) {
      expect(page).toContain(name);
      expect(names).toContain(name);
    }
  });
});

test('the pictures of the pages stay small', () => {
  const bytes = pictures.reduce((sum, name) => sum + statSync(`docs/lecture/${name}`).size, 0);
  expect(bytes).toBeLessThan(2_000_000);
});
