import { describe, expect, test } from 'vitest';
import { DIGITS, pictureSettings, preparePicture } from '../../src/cli/preparation.js';
import { createImage, digitFromImage } from '../../src/index.js';

describe('preparePicture', () => {
  const one = (channels: 1 | 2 | 3 | 4, ...samples: number[]) => createImage(1, 1, channels, Uint8ClampedArray.from(samples));
  const values = async (image: ReturnType<typeof one>, color: 'gray' | 'rgb') => {
    const { shape, data } = await preparePicture(image, { framing: 'none', size: 1, color });
    expect(shape).toEqual([color === 'rgb' ? 3 : 1, 1, 1]);
    return [...data].map((value) => Number(value.toFixed(4)));
  };

  test('colors and grays become what the network takes; what is transparent is white', async () => {
    expect(await values(one(3, 255, 0, 51), 'rgb')).toEqual([1, 0, 0.2]);
    expect(await values(one(3, 255, 0, 51), 'gray')).toEqual([0.227]); // 0.2126 + 0.0722 / 5
    expect(await values(one(1, 51), 'rgb')).toEqual([0.2, 0.2, 0.2]);
    expect(await values(one(4, 255, 0, 0, 51), 'rgb')).toEqual([1, 0.8, 0.8]);
    expect(await values(one(2, 0, 0), 'gray')).toEqual([1]);
  });

  test('other sizes are resized', async () => {
    const image = createImage(4, 2, 1, Uint8ClampedArray.of(0, 0, 255, 255, 0, 0, 255, 255));
    const { shape, data } = await preparePicture(image, { framing: 'none', size: 2, color: 'gray' });
    expect(shape).toEqual([1, 2, 2]);
    expect(data[0]).toBeLessThan(0.2);
    expect(data[1]).toBeGreaterThan(0.8);
  });

  test('digits are framed', async () => {
    const image = createImage(
      40,
      40,
      1,
      Uint8ClampedArray.from({ length: 1600 }, (_, i) => (i % 40 < 4 ? 0 : 255)),
    );
    expect(await preparePicture(image, DIGITS)).toEqual(digitFromImage(image));
  });
});

describe('pictureSettings', () => {
  test('a checkpoint without settings is for digits', () => {
    expect(pictureSettings('x', {})).toEqual({ preparation: DIGITS });
  });

  test.each<[pictures: unknown, says: string]>([
    ['none', 'x.safetensors: pictures: the settings must be an object'],
    [{ framing: 'none', size: 0, color: 'rgb' }, 'size must be an integer from 1 to 4096, received 0'],
    [{ framing: 'none', size: 8, color: 'red' }, 'color must be one of gray, rgb, received "red"'],
    [{ framing: 'none', size: 8, color: 'rgb', classes: [1] }, 'classes must be a list, each a string'],
    [{ framing: 'none', size: 8 }, 'color must be one of gray, rgb, received undefined'],
  ])('%j is refused', (pictures, says) => {
    expect(() => pictureSettings('x.safetensors', { pictures })).toThrow(says);
  });
});
