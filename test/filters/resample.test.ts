import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  collapsePyramid,
  createBackend,
  createImage,
  downsample,
  gaussianPyramid,
  type Image,
  laplacianPyramid,
  OptionError,
  ShapeError,
} from '../../src/index.js';
import { readImage } from '../../src/node.js';

// scripts/make-match-fixture.py made these
const fixture = JSON.parse(await readFile('test/filters/fixtures/match.json', 'utf8'));
const crop = await readImage('test/filters/fixtures/crop.png');
const backend = await createBackend('wasm');

function draw(width: number, height: number, level: (x: number, y: number) => number): Image {
  return createImage(
    width,
    height,
    1,
    Float32Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width))),
  );
}

describe('downsample', () => {
  test.each([
    [2, 24, 16],
    [3, 16, 11],
    [5, 10, 7],
    [[2, 3], 16, 16],
    [[1, 48], 1, 32],
    [100, 1, 1],
  ] as const)('by %j: %i × %i', async (factor, width, height) => {
    expect(await downsample(crop, factor, { backend })).toMatchObject({ width, height, channels: 3 });
  });

  test('by 1 nothing changes, and a plain tone stays what it is', async () => {
    expect(await downsample(crop, 1, { backend })).toEqual(crop);
    const plain = createImage(13, 9, 1, new Uint8ClampedArray(117).fill(77));
    expect([...(await downsample(plain, 4, { backend })).data]).toEqual(new Array(12).fill(77));
  });

  test.each([2, 3, 4])('the middle of a block is the middle of the new pixel: by %i a slope stays in place', async (factor) => {
    const { data, width } = await downsample(
      draw(60, 60, (x) => x / 60),
      factor,
      { backend, output: 'float' },
    );
    for (let x = 4; x < width - 4; x++) expect(data[(width >> 1) * width + x]).toBeCloseTo((factor * x + (factor - 1) / 2) / 60, 5);
  });

  test.each([
    [1, 0.0072],
    [2, 0.2912],
    [4, 0.7346],
  ])('of a wave of %i new pixels stays %f', async (pixels, left) => {
    const factor = 4;
    const wave = (x: number) => 0.5 + 0.4 * Math.cos((2 * Math.PI * (x - (factor - 1) / 2)) / (pixels * factor));
    const { data, width } = await downsample(draw(160, 16, wave), factor, { backend, output: 'float' });
    const middle = 2 * width + 20; // a crest of all three waves
    expect((data[middle] - 0.5) / 0.4).toBeCloseTo(left, 3);
  });

  test('linear: black and white lines mix to the gray that emits half of the light', async () => {
    const lines = createImage(
      32,
      8,
      1,
      Uint8ClampedArray.from({ length: 256 }, (_, i) => (i % 2) * 255),
    );
    expect([127, 128]).toContain((await downsample(lines, 2, { backend })).data[24]);
    expect((await downsample(lines, 2, { backend, linear: true })).data[24]).toBe(188);
  });

  test('alpha and output reach the filter', async () => {
    const clear = createImage(
      8,
      8,
      2,
      Uint8ClampedArray.from({ length: 128 }, (_, i) => (i % 2 ? (i > 64 ? 255 : 0) : i)),
    );
    expect(await downsample(clear, 2, { backend, alpha: 'ignore' })).not.toEqual(await downsample(clear, 2, { backend }));
    expect((await downsample(crop, 2, { backend, output: 'float' })).data).toBeInstanceOf(Float32Array);
  });

  test.each([0, 1.5, [2, 0]])('a factor of %j is refused', async (factor) => {
    await expect(downsample(crop, factor as number)).rejects.toThrow('downsample: factor must be an integer ≥ 1');
    await expect(downsample(crop, 2, { stride: 2 } as object)).rejects.toThrow(OptionError);
  });
});

describe('pyramids', () => {
  test("a Gaussian level is OpenCV's pyrDown, to the bit, for odd sizes too", async () => {
    const [, half] = await gaussianPyramid(crop, 2, { backend });
    expect([...half.data]).toEqual(fixture.pyrDown);
    const odd = createImage(47, 31, 3, crop.data.filter((_, i) => i % 144 < 141 && i < 31 * 144) as Uint8ClampedArray);
    expect([...(await gaussianPyramid(odd, 2, { backend }))[1].data]).toEqual(fixture.pyrDownOdd);
  });

  test('linear: black and white lines mix to the gray that emits half of the light', async () => {
    const lines = createImage(
      32,
      8,
      1,
      Uint8ClampedArray.from({ length: 256 }, (_, i) => (i % 2) * 255),
    );
    const [plain, light] = [await gaussianPyramid(lines, 2, { backend }), await gaussianPyramid(lines, 2, { backend, linear: true })];
    expect([plain[1].data[24], light[1].data[24]]).toEqual([128, 188]);
  });

  test('alpha: a level keeps the red of a shape on transparent black, unless it is told to ignore', async () => {
    const shape = createImage(
      8,
      8,
      4,
      Uint8ClampedArray.from({ length: 256 }, (_, i) => (i % 32 < 16 && (i % 4 === 0 || i % 4 === 3) ? 255 : 0)),
    );
    const edge = async (alpha?: 'ignore') => [...(await gaussianPyramid(shape, 2, { backend, alpha }))[1].data.slice(8, 12)];
    const [red, , , opacity] = await edge();
    expect([red, opacity > 0 && opacity < 255]).toEqual([255, true]);
    expect((await edge('ignore'))[0]).toBeLessThan(255);
  });

  test('each level is half as large; the last possible one is a single pixel', async () => {
    const pyramid = await gaussianPyramid(crop, 7, { backend });
    expect(pyramid.map(({ width, height }) => `${width}×${height}`)).toEqual(['48×32', '24×16', '12×8', '6×4', '3×2', '2×1', '1×1']);
    expect(pyramid[0].data).toBe(crop.data);
    await expect(gaussianPyramid(crop, 8)).rejects.toThrow('gaussianPyramid: levels must be at most 7 for 48 × 32 pixels, received 8');
  });

  test.each([1, 2, 4, 7])('%i levels: the bands of detail put together are the picture', async (levels) => {
    const { details, base } = await laplacianPyramid(crop, levels, { backend });
    expect(details).toHaveLength(levels - 1);
    const { data } = await collapsePyramid({ details, base }, { backend });
    expect(Math.max(...data.map((value, i) => Math.abs(value - crop.data[i] / 255)))).toBeLessThan(5e-7);
  });

  test("without details the base grows as OpenCV's pyrUp enlarges, away from the border", async () => {
    const [, half] = await gaussianPyramid(crop, 2, { backend });
    const base = { ...half, data: Float32Array.from(half.data, (value) => value / 255) };
    const { data } = await collapsePyramid({ details: [{ ...crop, data: new Float32Array(crop.data.length) }], base }, { backend });
    let worst = 0;
    data.forEach((value, i) => {
      const [x, y] = [Math.floor(i / 3) % 48, Math.floor(i / 144)];
      if (x > 1 && y > 1 && x < 46 && y < 30) worst = Math.max(worst, Math.abs(255 * value - fixture.pyrUp[i]));
    });
    expect(worst).toBeLessThan(1e-3);
  });

  test('a detail that is not twice as large is refused', async () => {
    const { details, base } = await laplacianPyramid(crop, 3, { backend });
    await expect(collapsePyramid({ details: details.slice(0, 1), base })).rejects.toThrow(ShapeError);
  });
});
