import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { filterVolume } from '../../src/node.js';
import { writeSmallZarr } from '../small-zarr.js';
import { convlab } from './convlab.js';

const folder = mkdtempSync(join(tmpdir(), 'convlab-volume-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
writeSmallZarr(at('in.zarr'));
const chunk = (name: string) => readFileSync(at(`${name}/c/0/0/0`));

test('a volume into another: the same as filterVolume', async () => {
  const { code, stdout } = await convlab(['filter', at('in.zarr'), at('soft.zarr'), '--kernel', 'gaussian3d:2', '--padding-mode', 'replicate', '--stream']);
  expect([code, stdout]).toEqual([0, `${at('soft.zarr')}: 24 × 40 × 32, 1 blocks\n`]);
  await filterVolume(at('in.zarr'), at('expected.zarr'), 'gaussian3d:2', { paddingMode: 'replicate' });
  expect(chunk('soft.zarr').equals(chunk('expected.zarr'))).toBe(true);
});

test('slices by a kernel of two axes, as JSON', async () => {
  const { code, stdout } = await convlab(['filter', at('in.zarr'), at('slices.zarr'), '-k', '1 2 1; 2 4 2; 1 2 1', '--scale', 'sum', '--json', '--resume']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    input: at('in.zarr'),
    output: at('slices.zarr'),
    shape: [24, 40, 32],
    chunks: [1, 40, 32],
    blocks: { computed: 1, kept: 0 },
  });
});

test('--compression packs the chunks', async () => {
  const { code } = await convlab([
    'filter',
    at('in.zarr'),
    at('packed.zarr'),
    '--kernel',
    'gaussian3d:2',
    '--padding-mode',
    'replicate',
    '--compression',
    'zstd',
  ]);
  expect(code).toBe(0);
  expect(chunk('packed.zarr').length).toBeLessThan(chunk('soft.zarr').length);
  await filterVolume(at('packed.zarr'), at('same.zarr'), [[1]]);
  await filterVolume(at('soft.zarr'), at('same-of-plain.zarr'), [[1]]);
  expect(chunk('same.zarr').equals(chunk('same-of-plain.zarr'))).toBe(true);
});

test.each([
  [['gaussian3d:2', '--compression', 'deflate'], 'compression must be one of none, zstd, blosc'],
  [['gaussian3d:2', '--output', 'abs'], '--output applies to images, not to volumes'],
  [['gaussian3d:2', '--quality', '3'], '--quality applies to images, not to volumes'],
  [['gaussian3d:2', '--dry-run'], '--dry-run applies to images, not to volumes'],
  [['gaussian3d:2', '--kernel', 'box'], '--kernel must be a single kernel for a volume'],
  [['canny'], 'must be a single kernel for a volume, but canny uses several'],
  [['gaussian3d:-1'], 'sigma'],
])('%s is refused, and nothing is written', async (flags, message) => {
  const { code, stderr } = await convlab(['filter', at('in.zarr'), at('none.zarr'), '--kernel', ...flags]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(existsSync(at('none.zarr'))).toBe(false);
});

test('a result that is no .zarr, or that exists, is refused', async () => {
  expect((await convlab(['filter', at('in.zarr'), at('out.png'), '--kernel', 'box'])).stderr).toContain('must be two names that end in .zarr');
  expect((await convlab(['filter', at('in.zarr'), at('in.zarr'), '--kernel', 'box'])).stderr).toContain('exists; a Zarr is a folder, which is not replaced');
});
