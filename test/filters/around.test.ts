import { expect, test } from 'vitest';
import { createBackend, type ExplainFilterOptions, explain, type Format, gaussian, SOBEL_X } from '../../src/index.js';

const wasm = await createBackend('wasm', { threads: 1 });
const FORMAT: Format = { width: 640, height: 480, channels: 4, samples: 'uint8' };

test.each<[string, ExplainFilterOptions, Partial<Format>, string[]]>([
  ['bytes that become bytes', {}, {}, []],
  ['valid padding', { padding: 'valid' }, {}, []],
  ['an anchor and a border', { anchor: 0, paddingMode: 'wrap' }, {}, []],
  ['light', { linear: true }, {}, ['light']],
  ['transparency', { paddingMode: 'zero' }, {}, ['alpha']],
  ['luminance', { channels: 'luminance' }, {}, ['luminance']],
  ['16 bits', {}, { samples: 'uint16' }, ['samples']],
  ['floats', { output: 'float' }, {}, ['samples']],
  ['a region', { region: { x: 1, y: 2, width: 30, height: 40 } }, {}, ['part']],
  ['all at once', { output: 'normalize', linear: true, channels: 'luminance' }, { samples: 'float32' }, ['light', 'luminance', 'samples', 'twice']],
])('what %s adds to the sums', async (_, options, format, names) => {
  const plan = await explain(gaussian(2), { ...FORMAT, ...format }, { ...options, backend: wasm });
  expect(plan.through).toBe('samples');
  expect(plan.overheads.map(({ reason }) => reason.name)).toEqual(names);
  for (const { what } of plan.overheads) expect(plan.text).toContain(`In addition to the sums, ${what}`);
  expect(plan.overheads.every(({ reason, cost }) => cost > 0 || reason.name === 'twice')).toBe(true);
});

test('a region costs as much as it covers, normalized values twice', async () => {
  const costOf = async (options: ExplainFilterOptions) => (await explain(SOBEL_X, FORMAT, { ...options, backend: wasm })).cost;
  const plain = await costOf({});
  expect(await costOf({ region: { x: 0, y: 0, width: 64, height: 48 } })).toBeLessThan(plain);
  expect((await costOf({ output: 'normalize' })) / plain).toBeCloseTo(2, 5);
});
