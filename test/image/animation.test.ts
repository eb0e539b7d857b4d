import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { box, createImage, DataError, type Image, OptionError, pipeline, Random, ShapeError, UnsupportedError } from '../../src/index.js';
import { type Animation, decodeAnimation, decodeImage, encodeAnimation, readAnimation, writeAnimation } from '../../src/node.js';
import { type GifPlan, writeGif } from './writers/gif.js';

// the decoder behind jimp prints a warning where image data is missing: a library call prints nothing
beforeEach(() => void vi.spyOn(console, 'log'));
afterEach(() => {
  expect(console.log).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

const random = new Random(6);
const palette = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, ...Array(36).fill(9)];
/** Pixels by letter: red, green, blue, black, and none. */
const COLORS: Record<string, readonly number[]> = { r: [255, 0, 0, 255], g: [0, 255, 0, 255], b: [0, 0, 255, 255], k: [0, 0, 0, 255], '.': [0, 0, 0, 0] };
const letters = ({ data }: Image) =>
  Array.from({ length: data.length / 4 }, (_, i) =>
    Object.keys(COLORS).find((letter) => COLORS[letter].join() === data.subarray(i * 4, i * 4 + 4).join()),
  ).join('');
const picture = (text: string) => createImage(text.length, 1, 4, Uint8ClampedArray.from([...text].flatMap((letter) => COLORS[letter])));

const plan = (disposals: readonly number[], more: Partial<GifPlan> = {}): GifPlan => ({
  width: 4,
  height: 1,
  palette,
  frames: [
    { width: 4, height: 1, indices: [1, 1, 1, 1], delay: 70, disposal: disposals[0] },
    { x: 1, width: 2, height: 1, indices: [2, 15], transparent: 15, delay: 1000, disposal: disposals[1] },
    { x: 3, width: 1, height: 1, indices: [3], delay: 0, disposal: disposals[2] },
  ],
  ...more,
});

describe('decode', () => {
  test.each([
    ['left as it is', [1, 1, 1], ['rrrr', 'rgrr', 'rgrb']],
    ['nothing said', [0, 0, 0], ['rrrr', 'rgrr', 'rgrb']],
    ['the second cleared', [1, 2, 1], ['rrrr', 'rgrr', 'r..b']],
    ['the first cleared', [2, 1, 1], ['rrrr', '.g..', '.g.b']],
    ['the second taken back', [1, 3, 1], ['rrrr', 'rgrr', 'rrrb']],
  ])('frames are what is seen: %s', async (_, disposals, expected) => {
    const { frames } = await decodeAnimation(writeGif(plan(disposals)));
    expect(frames.map(({ delay }) => delay)).toEqual([70, 1000, 0]);
    expect(frames.map(({ image }) => (image.channels === 4 ? letters(image) : [...image.data].join()))).toEqual(
      expected.some((frame) => frame.includes('.')) ? expected : expected.map((frame) => [...picture(frame).data].filter((_, i) => i % 4 < 3).join()),
    );
  });

  test.each([
    [undefined, 0],
    [0, Number.POSITIVE_INFINITY],
    [3, 3],
  ])('Netscape block %s: %s repeats', async (loops, repeats) => {
    expect((await decodeAnimation(writeGif(plan([1, 1, 1], { loops })))).repeats).toBe(repeats);
  });

  test('a GIF of one frame is an animation of one frame', async () => {
    const bytes = writeGif({ width: 2, height: 1, palette, frames: [{ width: 2, height: 1, indices: [1, 2] }] });
    const { frames, repeats } = await decodeAnimation(bytes);
    expect([frames.length, frames[0].delay, repeats]).toEqual([1, 0, 0]);
    expect(frames[0].image).toEqual(await decodeImage(bytes));
  });

  const whole = writeGif(plan([1, 1, 1]));
  test('cut off anywhere it is a DataError', async () => {
    for (let length = 0; length < whole.length; length++) await expect(decodeAnimation(whole.subarray(0, length)), `${length}`).rejects.toThrow(DataError);
  });

  test('no single wrong byte makes it hang, print or throw anything but our errors', async () => {
    for (let position = 0; position < whole.length; position++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const patched = Buffer.from(whole).fill(value, position, position + 1);
        await decodeAnimation(patched, { limits: { pixels: 1e6 } }).catch((error) => {
          expect([DataError, UnsupportedError], `byte ${position} = ${value}: ${error.stack}`).toContain(error.constructor);
        });
      }
    }
  });

  test('all frames together must keep to limits.pixels', async () => {
    await expect(decodeAnimation(whole, { limits: { pixels: 11 } })).rejects.toThrow(
      'the image has more than 2 frames of 4 × 1, together more pixels than limits.pixels or limits.memory allow (11',
    );
    expect((await decodeAnimation(whole, { limits: { pixels: 12 } })).frames.length).toBe(3);
  });

  test('a file that is not a picture is refused', async () => {
    await expect(decodeAnimation(Buffer.from('hello'))).rejects.toThrow(DataError);
    await expect(decodeAnimation(whole, { frames: 1 } as never)).rejects.toThrow(OptionError);
  });
});

describe('encode', () => {
  test.each([0, 1, 65535, Number.POSITIVE_INFINITY])('there and back, holes included, %s repeats', async (repeats) => {
    const animation: Animation = {
      frames: [picture('rg.b'), picture('..kr'), picture('gggg'), picture('b...')].map((image, i) => ({ image, delay: i * 50 })),
      repeats,
    };
    expect(await decodeAnimation(await encodeAnimation(animation))).toEqual(animation);
  });

  test('opaque frames stay RGB, and each has 256 colors of its own', async () => {
    const noise = () =>
      createImage(
        16,
        16,
        3,
        Uint8ClampedArray.from({ length: 768 }, () => random.integer(256)),
      );
    const animation: Animation = { frames: [noise(), noise()].map((image) => ({ image, delay: 30 })), repeats: 0 };
    expect(await decodeAnimation(await encodeAnimation(animation))).toEqual(animation);
  });

  test.each<[string, Animation, new (...args: never[]) => Error, string]>([
    ['no frame', { frames: [], repeats: 0 }, ShapeError, 'frames must be a list of at least one'],
    [
      'another size',
      {
        frames: [
          { image: picture('r'), delay: 0 },
          { image: picture('rg'), delay: 0 },
        ],
        repeats: 0,
      },
      ShapeError,
      'received 1 × 1 and 2 × 1',
    ],
    [
      'a delay',
      { frames: [{ image: picture('r'), delay: -1 }], repeats: 0 },
      DataError,
      'delay must be a number of milliseconds from 0 to 655350, received -1',
    ],
    ['repeats', { frames: [{ image: picture('r'), delay: 0 }], repeats: 0.5 }, OptionError, 'repeats must be an integer from 0 to 65535, or Infinity'],
  ])('%s: refused', async (_, animation, kind, message) => {
    await expect(encodeAnimation(animation)).rejects.toThrow(kind);
    await expect(encodeAnimation(animation)).rejects.toThrow(message);
  });
});

test('from file to file, every frame filtered: delays, holes and repeats stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'convlab-animation-'));
  try {
    const path = join(folder, 'in.gif');
    await writeAnimation(path, { frames: [picture('rrr....'), picture('....ggg')].map((image, i) => ({ image, delay: 40 + 10 * i })), repeats: 2 });
    const blur = pipeline([box(3)]);
    const { frames, ...rest } = await readAnimation(path);
    const out = join(folder, 'out.gif');
    await writeAnimation(out, { ...rest, frames: await Promise.all(frames.map(async ({ image, delay }) => ({ image: await blur.apply(image), delay }))) });
    const again = await readAnimation(out);
    expect([again.repeats, ...again.frames.map(({ delay }) => delay)]).toEqual([2, 40, 50]);
    expect(again.frames.map(({ image }) => letters(image))).toEqual(['rrr....', '....ggg']);
    await expect(readAnimation(join(folder, 'none.gif'))).rejects.toThrow('readAnimation: ');
    await expect(writeAnimation(join(folder, 'none', 'out.gif'), { frames, ...rest })).rejects.toThrow('lies in a folder that does not exist');
    await expect(readAnimation(path, { quality: 3 } as never)).rejects.toThrow(OptionError);
  } finally {
    await rm(folder, { recursive: true });
  }
});
