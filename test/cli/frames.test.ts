import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { box, createBackend, createImage, filter, type Image, SOBEL_X } from '../../src/index.js';
import { type Animation, readAnimation, readImage, writeAnimation, writeImage } from '../../src/node.js';
import { convlab } from './convlab.js';

const backend = await createBackend('reference');
const frame = (seed: number, channels = 3, width = 6): Image =>
  createImage(
    width,
    5,
    channels,
    Uint8ClampedArray.from({ length: width * 5 * channels }, (_, i) => (i * seed * 7) % 256),
  );
const animation: Animation = { frames: [1, 2, 3].map((seed) => ({ image: frame(seed), delay: 40 * seed })), repeats: 2 };
const pages: Animation = {
  frames: [frame(1, 1), { ...frame(2, 4, 9), data: Uint16Array.from({ length: 180 }, (_, i) => i * 300) }].map((image) => ({ image, delay: 0 })),
  repeats: 0,
};

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-frames-'));
  for (const name of ['in.gif', 'in.png', 'in.webp']) await writeAnimation(at(name), animation);
  await writeAnimation(at('in.tiff'), pages);
});
afterAll(() => rm(folder, { recursive: true }));

const blur = (from: string, to: string, ...flags: string[]) => convlab(['filter', at(from), at(to), '--kernel', 'box:3', '--backend', 'reference', ...flags]);
const blurred = async ({ frames, ...rest }: Animation) => ({
  ...rest,
  frames: await Promise.all(frames.map(async ({ image, delay }) => ({ delay, image: await filter(image, box(3), { backend }) }))),
});

test.each(['gif', 'png'])('every frame of an animated %s is filtered; times and repeats stay', async (format) => {
  expect(await blur(`in.${format}`, `out.${format}`)).toMatchObject({ code: 0, stderr: '' });
  expect(await readAnimation(at(`out.${format}`))).toEqual(await blurred(animation));
});

test('frames go from GIF to WebP, which sharp reads as such', async () => {
  expect(await blur('in.gif', 'out.webp')).toMatchObject({ code: 0, stderr: '' });
  const { pages, delay, loop } = await sharp(at('out.webp')).metadata();
  expect({ pages, delay, loop }).toEqual({ pages: 3, delay: [40, 80, 120], loop: 3 });
  const { frames, repeats } = await readAnimation(at('in.webp'));
  expect([frames.map(({ delay }) => delay), repeats]).toEqual([[40, 80, 120], 2]);
});

test('every page of a TIFF, of any size, depth and channels', async () => {
  const { stdout, stderr } = await blur('in.tiff', 'out.tiff', '--json');
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ input: { frames: 2 }, output: { frames: 2, channels: 1 }, lost: [] });
  expect(await readAnimation(at('out.tiff'))).toEqual(await blurred(pages));
  expect((await sharp(at('out.tiff')).metadata()).pages).toBe(2);
});

test('other commands too', async () => {
  expect(await convlab(['flip', at('in.gif'), at('flipped.gif'), '--axis', 'horizontal'])).toMatchObject({ code: 0, stderr: '' });
  expect((await readAnimation(at('flipped.gif'))).frames).toHaveLength(3);
});

describe('what a format does not hold is reported', () => {
  test('frames, in a format of one picture', async () => {
    const { code, stdout, stderr } = await blur('in.gif', 'out.bmp', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${at('out.bmp')}: the format cannot store 2 of 3 images\n` });
    expect(JSON.parse(stdout)).toMatchObject({ input: { frames: 3 }, lost: ['2 of 3 images'] });
    expect(await readImage(at('out.bmp'))).toEqual((await blurred(animation)).frames[0].image);
  });

  test('their times, in pages', async () => {
    expect((await blur('in.gif', 'frames.tiff')).stderr).toContain('cannot store delays');
    expect((await readAnimation(at('frames.tiff'))).frames).toHaveLength(3);
  });

  test('16 bits and transparency', async () => {
    const data = Uint16Array.from({ length: 120 }, (_, i) => i * 500);
    await writeImage(at('deep.png'), createImage(6, 5, 4, data));
    expect((await blur('deep.png', 'deep.jpg')).stderr).toContain('cannot store 16-bit samples, transparency');
  });

  test('of many pictures, each that loses something', async () => {
    await writeImage(at('one.gif'), frame(2));
    const { stderr } = await convlab([
      'filter',
      at('in.gif'),
      at('one.gif'),
      '--out',
      at('many'),
      '--format',
      'jpg',
      '--kernel',
      'box',
      '--backend',
      'reference',
    ]);
    expect(stderr.match(/cannot store 2 of 3 images/g)).toHaveLength(1);
  });
});

describe('--output float', () => {
  test.each(['npy', 'tiff'])('negative values go to a .%s and come back', async (ending) => {
    await writeImage(at('one.png'), frame(3));
    const to = `edges.${ending}`;
    const { code, stderr } = await convlab(['filter', at('one.png'), at(to), '--kernel', 'sobel-x', '--output', 'float', '--backend', 'reference']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const expected = await filter(frame(3), SOBEL_X, { output: 'float', backend });
    expect(Math.min(...expected.data)).toBeLessThan(0);
    expect(await readImage(at(to))).toEqual(expected);
  });

  test('a file of floats is filtered as such', async () => {
    await writeImage(
      at('floats.npy'),
      createImage(
        6,
        5,
        1,
        Float32Array.from({ length: 30 }, (_, i) => i - 9),
      ),
    );
    await convlab(['flip', at('floats.npy'), at('flipped.npy'), '--axis', 'vertical']);
    expect((await readImage(at('flipped.npy'))).data.subarray(0, 6)).toEqual(Float32Array.of(15, 16, 17, 18, 19, 20));
    const { stderr } = await blur('floats.npy', 'floats.png');
    expect(stderr).toContain('cannot store float samples');
  });
});

test('an animated PNG is one for other readers: its first frame is a picture, its chunks are in order', async () => {
  const bytes = await readFile(at('in.png'));
  expect(await readImage(at('in.png'))).toEqual(animation.frames[0].image);
  const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect([...data]).toEqual([...animation.frames[0].image.data]);
  const order = [...bytes.toString('latin1').matchAll(/acTL|fcTL|IDAT|fdAT/g)].map(([type]) => type);
  expect(order).toEqual(['acTL', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'fcTL', 'fdAT']);
});
