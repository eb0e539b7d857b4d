import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  createBackend,
  createImage,
  DataError,
  type Image,
  MATCH_METHODS,
  type MatchMethod,
  matchTemplate,
  OptionError,
  Random,
  ShapeError,
} from '../../src/index.js';
import { readImage } from '../../src/node.js';

// scripts/make-match-fixture.py made these
const fixture = JSON.parse(await readFile('test/filters/fixtures/match.json', 'utf8'));
const crop = await readImage('test/filters/fixtures/crop.png');
const backend = await createBackend('wasm');

function cut({ width, channels, data }: Image, x: number, y: number, w: number, h: number): Image {
  const rows = Array.from({ length: h }, (_, row) => [...data.subarray(((y + row) * width + x) * channels, ((y + row) * width + x + w) * channels)]);
  return { width: w, height: h, channels, data: Uint8ClampedArray.from(rows.flat()) };
}

function gray({ width, height, channels, data }: Image, channel: number): Image {
  return createImage(width, height, 1, data.filter((_, i) => i % channels === channel) as Uint8ClampedArray);
}

/** Gray levels by a formula. */
function draw(width: number, height: number, level: (x: number, y: number) => number): Image {
  return createImage(
    width,
    height,
    1,
    Uint8ClampedArray.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width))),
  );
}

const { x, y, width, height } = fixture.template;
const template = cut(crop, x, y, width, height);

describe.each(MATCH_METHODS)('%s is what OpenCV calculates', (method) => {
  test.each(['color', 'gray'] as const)('%s', async (kind) => {
    const [image, patch] = kind === 'gray' ? [gray(crop, 1), gray(template, 1)] : [crop, template];
    const { scores } = await matchTemplate(image, patch, { method, backend });
    expect(scores.shape).toEqual([crop.height - height + 1, crop.width - width + 1]);
    const expected: number[] = fixture[kind][method];
    // OpenCV's own sums are float32, without the mean taken away: the definition, below, is met much more closely
    const tolerance = method === 'ssd' || method === 'correlation' ? 2e-6 * Math.max(...expected) : 5e-4;
    expect(Math.max(...scores.data.map((score, i) => Math.abs(score - expected[i])))).toBeLessThan(tolerance);
  });
});

/** The formulas of {@link MatchMethod} as they are written, in float64. */
function define(method: MatchMethod, image: Image, patch: Image): number[] {
  const area = patch.width * patch.height;
  const center = (planes: number[][]) => planes.map((plane) => plane.map((value) => value - plane.reduce((a, b) => a + b) / area));
  const planesOf = ({ channels, data }: Image) => Array.from({ length: channels }, (_, c) => [...data].filter((_, i) => i % channels === c));
  const t = planesOf(patch);
  const scores: number[] = [];
  for (let y = 0; y <= image.height - patch.height; y++) {
    for (let x = 0; x <= image.width - patch.width; x++) {
      const window = planesOf(cut(image, x, y, patch.width, patch.height));
      const [a, b] = (method === 'zncc' ? [center(t), center(window)] : [t, window]).map((planes) => planes.flat());
      const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * q[i], 0);
      if (method === 'ssd') scores.push(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
      else scores.push(method === 'correlation' ? dot(a, b) : dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1));
    }
  }
  return scores;
}

test.each(MATCH_METHODS)('%s is the formula in float64', async (method) => {
  const { scores } = await matchTemplate(crop, template, { method, backend });
  const expected = define(method, crop, template);
  const tolerance = method === 'ssd' || method === 'correlation' ? 2e-6 * Math.max(...expected) : 1e-5;
  expect(Math.max(...scores.data.map((score, i) => Math.abs(score - expected[i])))).toBeLessThan(tolerance);
});

test.each(['zncc', 'ncc', 'ssd'] as const)('%s finds the place that the template was cut from', async (method) => {
  const { peaks } = await matchTemplate(crop, template, { method, backend });
  expect(peaks).toHaveLength(1);
  expect([Math.round(peaks[0].x), Math.round(peaks[0].y)]).toEqual([x, y]);
  if (method === 'ssd') expect(peaks[0].score).toBeLessThan(2e-6 * Math.max(...fixture.color.ssd));
  else expect(peaks[0].score).toBeCloseTo(1, 5);
});

test('correlation prefers what is bright, which is why the others are there', async () => {
  const image = draw(20, 20, (x, y) => (x >= 12 && y >= 12 ? 250 : (x * 7 + y * 13) % 60));
  const { peaks } = await matchTemplate(image, cut(image, 2, 3, 5, 5), { method: 'correlation', backend });
  expect(peaks[0].x).toBeGreaterThan(11);
});

test('zncc of a flat region is 0, and a faint pattern far from the mean is measured as well as a strong one', async () => {
  const random = new Random(5);
  const noise = Array.from({ length: 16 * 16 }, () => random.integer(2));
  const image = draw(96, 64, (x, y) => (x < 40 ? 255 : x >= 60 && x < 76 && y >= 20 && y < 36 ? noise[(y - 20) * 16 + x - 60] : 0));
  const patch = draw(16, 16, (x, y) => 90 * noise[y * 16 + x]);
  const { scores, peaks } = await matchTemplate(image, patch, { backend });
  expect(scores.data.every(Number.isFinite)).toBe(true);
  for (const flat of [0, 10, 24]) expect(scores.data[flat]).toBe(0);
  expect([peaks[0].score, Math.round(peaks[0].x), Math.round(peaks[0].y)]).toEqual([expect.closeTo(1, 3), 60, 20]);
});

describe('peaks', () => {
  const BLOB = [
    [10, 20, 10],
    [20, 90, 20],
    [10, 20, 10],
  ];
  const image = draw(40, 20, (x, y) =>
    [
      [5, 5],
      [6, 12],
      [30, 8],
    ].reduce((sum, [cx, cy], i) => sum + (BLOB[y - cy]?.[x - cx] ?? 0) * [2, 1.5, 1][i], 10),
  );
  const blob = draw(3, 3, (x, y) => BLOB[y][x]);
  const places = async (options: object) =>
    (await matchTemplate(image, blob, { method: 'ssd', backend, ...options })).peaks.map((peak) => [Math.round(peak.x), Math.round(peak.y)]);

  test('several, the best first', async () => {
    expect(await places({ peaks: 3, method: 'zncc' })).toHaveLength(3);
    expect((await places({ peaks: 3, method: 'zncc' })).sort()).toEqual([
      [30, 8],
      [5, 5],
      [6, 12],
    ]);
    expect(await places({ peaks: 1 })).toEqual([[30, 8]]);
  });

  test('threshold: at least, and for ssd at most', async () => {
    expect(await places({ peaks: 9, method: 'zncc', threshold: 0.99 })).toHaveLength(3);
    expect(await places({ peaks: 9, threshold: 2000 })).toEqual([[30, 8]]);
  });

  test('minDistance keeps the weaker of two neighbors away', async () => {
    expect(await places({ peaks: 2, method: 'zncc', minDistance: 7 })).toHaveLength(2);
    const far = await places({ peaks: 3, method: 'zncc', threshold: 0.9, minDistance: 12 });
    expect(far).toHaveLength(2);
    expect(far).toContainEqual([30, 8]);
  });

  test('between two pixels the parabola finds the part of a pixel', async () => {
    const bell = (cx: number, cy: number) => draw(40, 30, (x, y) => 20 + 200 * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 18));
    const patch = cut(bell(20, 15), 12, 7, 17, 17);
    const [peak] = (await matchTemplate(bell(20.3, 14.6), patch, { backend })).peaks;
    expect(peak.x).toBeCloseTo(12.3, 1);
    expect(peak.y).toBeCloseTo(6.6, 1);
  });
});

test('alpha is not looked at', async () => {
  const clear = (image: Image): Image => ({
    ...image,
    channels: 4,
    data: Uint8ClampedArray.from({ length: image.width * image.height * 4 }, (_, i) =>
      i % 4 === 3 ? (i * 31) % 256 : image.data[Math.floor(i / 4) * 3 + (i % 4)],
    ),
  });
  expect(await matchTemplate(clear(crop), template, { backend })).toEqual(await matchTemplate(crop, template, { backend }));
});

describe('what does not go together is refused', () => {
  test.each([
    ['a template larger than the picture', template, crop, ShapeError, 'the template must not be larger than the image, received an image of 9 × 7'],
    ['gray on color', crop, gray(template, 0), ShapeError, 'color channels of the image'],
    ['floats on bytes', crop, { ...template, data: Float32Array.from(template.data) }, ShapeError, 'sample type'],
    ['a template without contrast', gray(crop, 0), draw(4, 4, () => 7), DataError, "the template must have contrast for this method; use 'ssd'"],
  ] as const)('%s', async (_, image, patch, type, message) => {
    const attempt = matchTemplate(image as Image, patch as Image, { backend });
    await expect(attempt).rejects.toThrow(type);
    await expect(attempt).rejects.toThrow(message);
  });

  test('a black template for ncc', () =>
    expect(
      matchTemplate(
        gray(crop, 0),
        draw(4, 4, () => 0),
        { method: 'ncc', backend },
      ),
    ).rejects.toThrow('must not be black'));

  test.each([
    [{ method: 'sad' }, 'method must be one of zncc, ncc, ssd, correlation'],
    [{ peaks: 0 }, 'peaks must be an integer ≥ 1'],
    [{ threshold: Number.NaN }, 'threshold must be a finite number'],
    [{ minDistance: 0 }, 'minDistance must be a finite number > 0'],
    [{ peak: 2 }, 'peak is not an option'],
  ])('%j', async (options, message) => {
    const attempt = matchTemplate(crop, template, options as object);
    await expect(attempt).rejects.toThrow(OptionError);
    await expect(attempt).rejects.toThrow(message);
  });
});
