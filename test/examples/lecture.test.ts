import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAnimation, readImage } from '../../src/node.js';

const lecture = async (...args: string[]) => promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/lecture/main.ts', ...args]);

const files = (await readdir('examples/lecture')).filter((file) => /^\d/.test(file)).sort();
const numbers = files.map((file) => file.split('-')[0].replace(/^0/, ''));
let parts: Map<string, string>;

// one process for all lessons, as they share the networks that they train
beforeAll(async () => {
  await rm('out/lecture/quick', { recursive: true, force: true });
  const { stdout } = await lecture('all', '--quick').catch((failure: { stdout: string }) => failure);
  const sections = stdout.split(/─{78}\n/).slice(1);
  parts = new Map(sections.map((section) => [section.split('. ')[0], section]));
}, 1_200_000);

test('a lesson for each of the forty items of the lecture', () => {
  expect(new Set(numbers.map((number) => Number.parseInt(number, 10)))).toEqual(new Set(Array.from({ length: 40 }, (_, i) => i + 1)));
});

describe.each(files)('%s', (file) => {
  const number = numbers[files.indexOf(file)];

  test('holds what it asserts', () => {
    const part = parts.get(number);
    expect(part).toBeDefined();
    expect(part).not.toContain('FAILED');
    expect(part?.trim().split('\n\n').length).toBeGreaterThan(2); // a title, a text before, a text after
  });

  test('its pictures are pictures', async () => {
    for (const [, path] of parts.get(number)?.matchAll(/→ (\S+)/g) ?? []) {
      expect(path).toMatch(new RegExp(`^out.lecture.quick.${file.split('-')[0]}-`));
      const image = path.endsWith('.gif') ? (await readAnimation(path)).frames[0].image : await readImage(path);
      expect(image.width).toBeGreaterThan(200);
      expect(new Set(image.data).size).toBeGreaterThan(10); // not of one color; a frame of an animation has 16 levels
    }
  });
});

test('without a number it lists the lessons; one that is not there is refused', async () => {
  const { stdout } = await lecture();
  expect([...stdout.matchAll(/^ *(\d+[a-z]?) {2}\S/gm)].map(([, number]) => number)).toEqual(numbers);
  await expect(lecture('99')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('There is no lesson 99') });
});
