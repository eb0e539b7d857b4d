import { describe, expect, test } from 'vitest';
import { canny, type Image, OptionError } from '../../../src/index.js';
import { ReferenceBackend } from '../../../src/kernels/backends/reference/reference.js';

const backend = new ReferenceBackend();
const [width, height] = [20, 16];

function gray(f: (x: number, y: number) => number): Image {
  return { width, height, channels: 1, data: Uint8ClampedArray.from({ length: width * height }, (_, i) => f(i % width, Math.floor(i / width))) };
}

/** How many pixels are edges. */
function count({ data }: Image): number {
  return Array.from(data).filter((value) => value > 0).length;
}

/** The columns where row y has an edge. */
function edgesOf({ data }: Image, y: number): number[] {
  return Array.from({ length: width }, (_, x) => x).filter((x) => data[y * width + x] > 0);
}

describe('an edge is one pixel wide', () => {
  test.each([
    ['a step', (x: number) => (x < 10 ? 20 : 220)],
    ['a step back', (x: number) => (x < 10 ? 220 : 20)],
    ['a ramp of four pixels', (x: number) => 20 + 50 * Math.min(4, Math.max(0, x - 8))],
  ])('%s', async (_, f) => {
    const edges = await canny(gray(f), { backend });
    for (let y = 0; y < height; y++) expect(edgesOf(edges, y)).toHaveLength(1);
  });

  test.each([1, -1, 0.5, -0.3])('of slope %d, two where the pixels across the edge lie further apart than one', async (slope) => {
    const edges = await canny(
      gray((x, y) => (x - 10 > slope * (y - 8) ? 220 : 20)),
      { backend },
    );
    const found = Array.from({ length: height - 6 }, (_, i) => edgesOf(edges, i + 3));
    for (const columns of found) expect(columns.map((x) => x - columns[0])).toEqual([0, 1].slice(0, columns.length));
    for (const columns of found) expect(columns.length).toBeGreaterThan(0);
  });
});

describe('hysteresis', () => {
  // after a blur of σ 1, a step of height h has magnitude 0.68 h
  const fading = (gap: boolean) => gray((x, y) => (x < 10 ? 50 : 50 + (gap && (y === 7 || y === 8) ? 0 : 120 - 7 * y)));

  test('a weak edge counts where it hangs together with a strong one', async () => {
    const edges = await canny(fading(false), { low: 0.02, high: 0.2, backend });
    for (let y = 0; y < height; y++) expect(edgesOf(edges, y)).toHaveLength(1);
  });

  test('and not beyond a gap, nor where it is weaker than low, nor without a strong one', async () => {
    const interrupted = await canny(fading(true), { sigma: 0, low: 0.02, high: 0.28, backend });
    expect(edgesOf(interrupted, 2)).toHaveLength(1);
    expect(edgesOf(interrupted, 13)).toHaveLength(0);
    const ends = await canny(fading(false), { low: 0.15, high: 0.2, backend });
    expect(edgesOf(ends, 2)).toHaveLength(1);
    expect(edgesOf(ends, 14)).toHaveLength(0);
    expect((await canny(fading(false), { low: 0.02, high: 0.5, backend })).data.every((value) => value === 0)).toBe(true);
  });

  test('the magnitude is that of a step from black to white', async () => {
    const step = gray((x) => (x < 10 ? 0 : 51)); // a fifth
    expect(edgesOf(await canny(step, { sigma: 0, low: 0, high: 0.199, backend }), 5)).toHaveLength(1);
    expect(edgesOf(await canny(step, { sigma: 0, low: 0, high: 0.201, backend }), 5)).toHaveLength(0);
  });

  test('it goes round corners and along the border, and never over it to the other side', async () => {
    const frame = gray((x, y) => (x >= 4 && x < 16 && y >= 4 && y < 12 ? 200 : 40));
    expect(count(await canny(frame, { backend }))).toBeGreaterThan(30);
    // in memory the last pixel of a row lies beside the first one of the next
    const [strong, weak] = [(y: number, from: number) => (y < from ? 250 : 100), (y: number, from: number) => (y < from ? 100 : 106)];
    const right = gray((x, y) => (x >= 12 ? strong(y, 5) : x < 8 ? weak(y, 7) : 100));
    const left = gray((x, y) => (x < 8 ? strong(y, 6) : x >= 12 ? weak(y, 6) : 100));
    const options = { sigma: 0, low: 0.01, high: 0.3, backend };
    expect(edgesOf(await canny(right, options), 5)).toContain(19);
    expect(edgesOf(await canny(right, options), 6)).not.toContain(0);
    expect(edgesOf(await canny(left, options), 6)).toContain(0);
    expect(edgesOf(await canny(left, options), 5)).not.toContain(19);
    const all = { ...options, high: 0.01 };
    expect(edgesOf(await canny(right, all), 6)).toContain(0);
    expect(edgesOf(await canny(left, all), 5)).toContain(19);
  });
});

test('sigma removes noise; 0 leaves it', async () => {
  const noisy = gray((x, y) => (x < 10 ? 60 : 190) + ((x * 37 + y * 91 + x * y * 13) % 40));
  const found = async (sigma: number) => count(await canny(noisy, { sigma, low: 0.05, high: 0.08, backend }));
  expect(await found(0)).toBeGreaterThan(3 * (await found(2)));
});

test('an edge between colors of one brightness is seen in the channel that has it', async () => {
  const data = Uint8ClampedArray.from({ length: width * height * 3 }, (_, i) => [(i / 3) % width < 10 ? 200 : 60, 128, 128][i % 3]);
  const edges = await canny({ width, height, channels: 3, data }, { backend });
  expect(edges.channels).toBe(1);
  for (let y = 0; y < height; y++) expect(edgesOf(edges, y)).toHaveLength(1);
  expect((await canny({ width, height, channels: 3, data }, { channels: [1, 2], backend })).data.every((value) => value === 0)).toBe(true);
});

test('a flat picture has no edges, whatever the thresholds', async () => {
  expect(
    (
      await canny(
        gray(() => 77),
        { low: 0, high: 0, backend },
      )
    ).data.every((value) => value === 0),
  ).toBe(true);
});

test.each([
  [{ sigma: -1 }, 'sigma'],
  [{ low: -0.1 }, 'low'],
  [{ low: 0.2, high: 0.1 }, 'high'],
  [{ high: Number.POSITIVE_INFINITY }, 'high'],
])('%j is refused', async (options, option) => {
  await expect(
    canny(
      gray(() => 0),
      options,
    ),
  ).rejects.toThrow(expect.objectContaining({ name: 'OptionError', option }));
  await expect(
    canny(
      gray(() => 0),
      options,
    ),
  ).rejects.toThrow(OptionError);
});
