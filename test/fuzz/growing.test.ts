import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConvlabError } from '../../src/errors.js';
import { FAMILIES } from '../growth/families/all.js';
import { WORKS, type Work } from '../growth/works.js';

// npm run test:growth measures how the cost of each of these grows; here each is read once, when it is small.
const folder = mkdtempSync(join(tmpdir(), 'convlab-growing-'));
beforeAll(() => {
  process.env.GROWTH_FILE = join(folder, 'picture');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function outcome(work: Work, input: unknown): Promise<string> {
  try {
    await (WORKS[work] as (input: unknown) => Promise<number>)(input);
    return 'accepted';
  } catch (error) {
    if (error instanceof ConvlabError) return error.name;
    throw error;
  }
}

test('each structure ends in a result or an error of the library, a picture in the same with sharp and without', async () => {
  for (const { name, work, n, make } of FAMILIES) {
    const input = make(Math.ceil(n / 8));
    const found = { name, outcome: await outcome(work, input) };
    if (work === 'picture') expect({ name, outcome: await outcome('builtIn', input) }).toEqual(found);
  }
});
