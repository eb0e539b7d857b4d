import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createBackend, type FilterOptions, filter, kernel2d } from '../../src/index.js';
import { readImage } from '../../src/node.js';

// scripts/make-opencv-fixture.py made these
const FIXTURES = 'test/filters/fixtures';
interface Case {
  kernel: number[][];
  options: FilterOptions;
  width: number;
  height: number;
}
const { cases }: { cases: Case[] } = JSON.parse(await readFile(`${FIXTURES}/opencv.json`, 'utf8'));
const [crop, sheet] = await Promise.all([readImage(`${FIXTURES}/crop.png`), readImage(`${FIXTURES}/opencv.png`)]);

describe.each(['reference', 'wasm'] as const)('OpenCV and the %s backend agree within one gray level', async (name) => {
  const backend = await createBackend(name);

  test.each(cases.map((each, i) => [`${each.kernel.length} × ${each.kernel[0].length} ${JSON.stringify(each.options)}`, each, i] as const))(
    '%s',
    async (_, { kernel, options, width, height }, i) => {
      const result = await filter(crop, kernel2d(kernel), { ...options, backend });
      expect([result.width, result.height, result.channels]).toEqual([width, height, 3]);
      const row = width * 3;
      let worst = 0;
      result.data.forEach((value, at) => {
        const [y, rest] = [Math.floor(at / row), at % row];
        worst = Math.max(worst, Math.abs(value - sheet.data[(i * crop.height + y) * crop.width * 3 + rest]));
      });
      expect(worst).toBeLessThanOrEqual(1);
    },
  );
});
