import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImage, filter, filterFile, gaussian, pipeline, Random, readImage, SOBEL_X, sharpen, writeImage } from '../../src/node.js';

const random = new Random(4);
const image = createImage(
  12,
  9,
  3,
  Uint8ClampedArray.from({ length: 324 }, () => random.integer(256)),
);
let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-'));
  await writeImage(at('in.png'), image);
});
afterAll(() => rm(folder, { recursive: true }));

test('one kernel, by name or as rows', async () => {
  const expected = await filter(image, sharpen());
  expect(await filterFile(at('in.png'), at('out.png'), 'sharpen')).toEqual(expected);
  expect(await readImage(at('out.png'))).toEqual(expected);
  expect(
    await filterFile(at('in.png'), at('out.bmp'), [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ]),
  ).toEqual(expected);
});

test('several, with options of every kind', async () => {
  const region = { x: 2, y: 1, width: 6, height: 5 };
  const expected = await pipeline([gaussian(1), { kernel: SOBEL_X, bias: 3 }], { output: 'abs' }).apply(image, { region });
  await filterFile(at('in.png'), at('picture'), ['gaussian:1', { kernel: 'sobel-x', bias: 3 }], { output: 'abs', region, format: 'png', codec: 'built-in' });
  expect(await readImage(at('picture'))).toEqual(expected);
});

test.each<[string, () => Promise<unknown>, string]>([
  ['a picture that is too large', () => filterFile(at('in.png'), at('x.png'), 'box', { limits: { pixels: 50 } }), 'limits.pixels'],
  ['a quality for a PNG', () => filterFile(at('in.png'), at('x.png'), 'box', { quality: 50 }), "quality requires the format jpeg, webp, avif (it is 'png')"],
  ['an unknown option', () => filterFile(at('in.png'), at('x.png'), 'box', { stride: 2 } as object), 'filterFile: stride is not an option'],
  ['a result of no format', () => filterFile(at('none.png'), at('x'), 'box'), 'filterFile: to must end in .png'],
  ['no file', () => filterFile(at('none.png'), at('x.png'), 'box'), 'none.png does not exist'],
  ['a URL', () => filterFile(new URL('file:///in.png') as never, at('x.png'), 'box'), 'filterFile: from must be a file name'],
  ['a folder that is none', () => filterFile(at('in.png'), at('none/x.png'), 'box'), 'none/x.png'],
  ['a flat list', () => filterFile(at('in.png'), at('x.png'), [1, 2, 3, 4] as never), '4 weights without rows'],
])('refused: %s, in the name of the call or of its pipeline', async (_, call, message) => {
  await expect(call()).rejects.toThrow(message);
  await expect(call()).rejects.toThrow(/^(filterFile|pipeline): /);
});

test('a format may have its short name', async () => {
  await filterFile(at('in.png'), at('short'), 'box', { format: 'jpg', quality: 80 });
  expect(await readImage(at('short'))).toMatchObject({ channels: 3 });
});
