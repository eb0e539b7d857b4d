import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pixelAugmentation } from '../../src/data/augmentation/pixel-augmentation.js';
import { fuseWarps, type WarpAugmentation } from '../../src/data/augmentation/warp.js';
import {
  type Augmentation,
  augment,
  colorJitter,
  OptionError,
  Random,
  randomElastic,
  randomErase,
  randomFlip,
  randomResizedCrop,
  randomRotation,
  randomShift,
  ShapeError,
  type Tensor,
  TensorDataset,
  tensor,
} from '../../src/index.js';

const picture = (height: number, width: number, value: (y: number, x: number) => number, channels = 1): Tensor =>
  tensor(
    Array.from({ length: channels * height * width }, (_, i) => value(Math.floor(i / width) % height, i % width)),
    [channels, height, width],
  );
const fuse = (warps: readonly Augmentation[]) => pixelAugmentation(fuseWarps(warps as WarpAugmentation[]));
const rows = (size: number) => picture(size, size, (y) => y);
const columns = (size: number) => picture(size, size, (_, x) => x);
const rootMeanSquare = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

const every: [string, Augmentation][] = [
  ['randomShift', randomShift({ max: 3 })],
  ['randomRotation', randomRotation({ degrees: 30 })],
  ['randomElastic', randomElastic({ alpha: 20, sigma: 3 })],
  ['randomErase', randomErase({ probability: 1 })],
  ['randomResizedCrop', randomResizedCrop()],
];

test.each(every)('%s: the same seed gives the same picture, another one another; the picture given stays', (_, step) => {
  const x = picture(9, 12, (y, x) => Math.sin(y + 2 * x), 2);
  const before = x.data.slice();
  const [one, again, other] = [5, 5, 6].map((seed) => step(x, new Random(seed)));
  expect(one.shape).toEqual([2, 9, 12]);
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect(x.data).toEqual(before);
});

test.each(every)('%s does the same to all channels', (_, step) => {
  const x = picture(8, 8, (y, x) => y * 3 + x, 3);
  const { data } = step(x, new Random(2));
  expect([...data.subarray(64, 128)]).toEqual([...data.subarray(0, 64)]);
  expect([...data.subarray(128)]).toEqual([...data.subarray(0, 64)]);
});

test('randomShift: whole pixels, every way up to max, and the edge goes on', () => {
  const x = picture(7, 7, (y, x) => 10 * y + x);
  const shift = randomShift({ max: 2 });
  const seen = new Set<string>();
  const random = new Random(1);
  for (let k = 0; k < 400; k++) {
    const { data } = shift(x, random);
    const [dy, dx] = [Math.floor((33 - data[24]) / 10 + 0.5), ((((33 - data[24]) % 10) + 15) % 10) - 5];
    seen.add(`${dy},${dx}`);
    const edge = (i: number) => Math.min(Math.max(i, 0), 6);
    expect([...data]).toEqual([...picture(7, 7, (y, x) => 10 * edge(y - dy) + edge(x - dx)).data]);
  }
  expect(seen.size).toBe(25);
});

test('randomRotation: about the center, by at most so many degrees, both ways', () => {
  // turning the plane v = x makes v = x·cos + y·sin, so its slopes are the angle's cosine and sine
  const x = columns(31);
  const turn = randomRotation({ degrees: 20 });
  const random = new Random(3);
  const angles = Array.from({ length: 200 }, () => {
    const { data } = turn(x, random);
    const at = (y: number, x: number) => data[y * 31 + x];
    const [sin, cos] = [(at(19, 15) - at(11, 15)) / 8, (at(15, 19) - at(15, 11)) / 8];
    expect(at(15, 15)).toBeCloseTo(15, 5);
    expect(sin * sin + cos * cos).toBeCloseTo(1, 4);
    return (Math.atan2(sin, cos) * 180) / Math.PI;
  });
  expect(Math.max(...angles)).toBeLessThan(20.01);
  expect(Math.min(...angles)).toBeGreaterThan(-20.01);
  expect(Math.max(...angles)).toBeGreaterThan(18);
  expect(Math.min(...angles)).toBeLessThan(-18);
});

test('randomElastic: pixels move by α / (σ·√(12π)), neighbors together, both axes on their own', () => {
  const [alpha, sigma, size] = [12, 3, 41];
  const step = randomElastic({ alpha, sigma });
  const random = (seed: number) => new Random(seed);
  const [dx, dy, near, far]: number[][] = [[], [], [], []];
  for (let seed = 0; seed < 300; seed++) {
    // the displacement itself, read off an image of its columns and one of its rows
    const moved = [step(columns(size), random(seed)), step(rows(size), random(seed))];
    const at = (axis: 0 | 1, y: number, x: number) => moved[axis].data[y * size + x] - (axis === 0 ? x : y);
    dx.push(at(0, 20, 20));
    dy.push(at(1, 20, 20));
    near.push(at(0, 20, 23));
    far.push(at(0, 32, 8));
  }
  const expected = alpha / (sigma * Math.sqrt(12 * Math.PI));
  // 300 values know their standard deviation to 4%, a correlation to 0.06
  for (const values of [dx, dy, near, far]) expect(Math.abs(rootMeanSquare(values) / expected - 1)).toBeLessThan(0.16);
  const correlation = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0) / a.length / (rootMeanSquare(a) * rootMeanSquare(b));
  // noise smoothed by a Gaussian: at distance d the correlation is exp(−d² / 4σ²)
  expect(Math.abs(correlation(dx, near) - Math.exp(-1 / 4))).toBeLessThan(0.12);
  expect(Math.abs(correlation(dx, far))).toBeLessThan(0.24);
  expect(Math.abs(correlation(dx, dy))).toBeLessThan(0.24);
});

test('randomElastic: α 0 moves nothing, and the picture may be of any size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.double({ min: 1, max: 12, noNaN: true }), (height, width, sigma) => {
      const x = picture(height, width, (y, x) => Math.cos(5 * y + x));
      expect(randomElastic({ alpha: 0, sigma })(x, new Random(1))).toEqual(x);
      const { data } = randomElastic({ alpha: 50, sigma })(x, new Random(1));
      expect(data.every((value) => value >= Math.min(...x.data) - 1e-6 && value <= Math.max(...x.data) + 1e-6)).toBe(true);
    }),
  );
});

test('warps resampled at once move pixels as they do one after the other', () => {
  const steps = [randomShift({ max: 4 }), randomRotation({ degrees: 40 }), randomShift({ max: 4 })] as const;
  for (let seed = 0; seed < 5; seed++) {
    for (const plane of [columns(41), rows(41)]) {
      const once = fuse(steps)(plane, new Random(seed));
      const random = new Random(seed);
      const apart = steps.reduce((x, step) => step(x, random), plane);
      // a plane is resampled without loss where nothing comes from beyond the border
      for (let y = 16; y < 25; y++) {
        for (let x = 16; x < 25; x++) expect(once.data[y * 41 + x]).toBeCloseTo(apart.data[y * 41 + x], 3);
      }
    }
  }
});

test('augment resamples neighboring warps once, which blurs less', async () => {
  const points = new TensorDataset(
    tensor(
      Array(20)
        .fill([...picture(15, 15, (y, x) => (y === 5 && x === 9 ? 1 : 0)).data])
        .flat(),
      [20, 1, 15, 15],
    ),
    Array(20).fill(0),
  );
  const [elastic, turn] = [randomElastic({ alpha: 8, sigma: 3 }), randomRotation({ degrees: 30 })];
  const nothing: Augmentation = (x) => x;
  const peaks = async (steps: Augmentation[]) => {
    let sum = 0;
    for await (const { x } of augment(points, steps)) sum += Math.max(...x.data);
    return sum;
  };
  expect(await peaks([elastic, turn])).toBeGreaterThan(1.05 * (await peaks([elastic, nothing, turn])));
});

test('augment: seed, epoch and index decide, whatever was asked for before', () => {
  const dataset = new TensorDataset(tensor([...rows(9).data, ...rows(9).data], [2, 1, 9, 9]), [0, 1]);
  const steps = [randomShift({ max: 2 }), randomErase()];
  const x = (index: number, epoch: number, seed?: number) => (augment(dataset, steps, { seed }).at(index, epoch) as { x: Tensor }).x;
  expect(x(1, 3)).toEqual(x(1, 3, 0));
  const others = [x(0, 3), x(1, 2), x(1, 3, 1)];
  for (const other of others) expect(other).not.toEqual(x(1, 3));
  expect((augment(dataset, steps).at(1) as { y: number }).y).toBe(1);
});

test('randomErase: one rectangle of that area and shape, as often as said', () => {
  const x = picture(40, 40, () => 1);
  const random = new Random(4);
  const step = randomErase({ probability: 0.3, area: [0.05, 0.1], ratio: [0.5, 2], value: -7 });
  let erased = 0;
  for (let k = 0; k < 500; k++) {
    const { data } = step(x, random);
    const hit = [...data.keys()].filter((i) => data[i] === -7);
    if (hit.length === 0) continue;
    erased++;
    const [top, bottom] = [Math.floor(hit[0] / 40), Math.floor((hit.at(-1) as number) / 40)];
    const [left, right] = [Math.min(...hit.map((i) => i % 40)), Math.max(...hit.map((i) => i % 40))];
    const [h, w] = [bottom - top + 1, right - left + 1];
    expect(hit.length).toBe(h * w);
    // sides are rounded to whole pixels
    expect(hit.length).toBeGreaterThan(0.05 * 1600 * 0.85);
    expect(hit.length).toBeLessThan(0.1 * 1600 * 1.15);
    expect(h / w).toBeGreaterThan(0.5 * 0.85);
    expect(h / w).toBeLessThan(2 * 1.15);
  }
  expect(Math.abs(erased - 150)).toBeLessThan(4 * Math.sqrt(500 * 0.3 * 0.7));
});

test('randomErase by default: half of the pictures, black', () => {
  const random = new Random(1);
  const x = picture(20, 20, () => 1);
  const erased = Array.from({ length: 400 }, () => randomErase()(x, random)).filter(({ data }) => data.includes(0));
  expect(Math.abs(erased.length - 200)).toBeLessThan(40);
});

test.each<[string, () => unknown, string]>([
  ['half a pixel', () => randomShift({ max: 0.5 }), 'randomShift: max must be an integer ≥ 0, received 0.5'],
  ['a misspelt option', () => randomShift({ max: 1, mx: 2 } as never), 'randomShift: mx is not an option'],
  ['no angle', () => randomRotation({} as never), 'randomRotation: degrees must be a number from 0 to 180, received undefined'],
  ['a negative α', () => randomElastic({ alpha: -1, sigma: 4 }), 'randomElastic: alpha must be'],
  ['a σ below a pixel', () => randomElastic({ alpha: 1, sigma: 0.5 }), 'randomElastic: sigma must be a finite number ≥ 1, received 0.5'],
  ['a probability of 2', () => randomErase({ probability: 2 }), 'randomErase: probability must be a number from 0 to 1'],
  ['areas in the wrong order', () => randomErase({ area: [0.5, 0.1] }), 'randomErase: area must be'],
  ['a ratio of 0', () => randomErase({ ratio: [0, 1] }), 'randomErase: ratio must be'],
  ['a value that is none', () => randomErase({ value: 'black' as never }), 'randomErase: value must be a number'],
  ['a seed that is not valid', () => augment(new TensorDataset(tensor([[1]]), [0]), [], { seed: 0.1 }), 'augment: seed must be an integer'],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(OptionError);
  expect(call).toThrow(message);
});

test.each(every)('%s refuses a batch', (_, step) => {
  expect(() => step(tensor([[[[1]]]]), new Random(0))).toThrow(ShapeError);
});

test('randomFlip: mirrored left to right to the bit, as often as said, and fused with its neighbors', () => {
  const x = picture(5, 6, (y, x) => Math.sin(7 * y + x), 2);
  const mirrored = picture(5, 6, (y, x) => Math.sin(7 * y + 5 - x), 2);
  const random = new Random(3);
  expect(randomFlip({ probability: 1 })(x, random).data).toEqual(mirrored.data);
  expect(randomFlip({ probability: 0 })(x, random).data).toEqual(x.data);
  const flipped = Array.from({ length: 400 }, () => randomFlip()(x, random)).filter(({ data }) => data[0] === mirrored.data[0]).length;
  expect(Math.abs(flipped - 200)).toBeLessThan(50);
  const twice = [randomFlip({ probability: 1 }), randomFlip({ probability: 1 })];
  expect(fuse(twice)(x, random).data).toEqual(x.data);
});

test('randomResizedCrop: a part inside of the image, of that area and shape, in its place', () => {
  // values are coordinates: a crop shows an interval of them, evenly spaced
  const [height, width] = [21, 31];
  const [down, across] = [picture(height, width, (y) => y), picture(height, width, (_, x) => x)];
  const crop = randomResizedCrop({ area: [0.3, 0.6], ratio: [0.8, 1.25] });
  for (let seed = 0; seed < 200; seed++) {
    const [ys, xs] = [down, across].map((x) => crop(x, new Random(seed)).data);
    const [tall, wide] = [(ys[10 * width] - ys[0]) / 10, (xs[15] - xs[0]) / 15];
    expect(tall * wide).toBeGreaterThan(0.3 - 1e-4);
    expect(tall * wide).toBeLessThan(0.6 + 1e-4);
    expect(wide / tall).toBeGreaterThan(0.8 - 1e-4);
    expect(wide / tall).toBeLessThan(1.25 + 1e-4);
    // the borders of the part, half a pixel around its outer centers, lie in the image
    const centers = { y: ys[10 * width], x: xs[15] };
    for (const [center, side, length] of [
      [centers.y, tall, height],
      [centers.x, wide, width],
    ] as const) {
      expect(center - (side * length) / 2).toBeGreaterThan(-0.5 - 1e-4);
      expect(center + (side * length) / 2).toBeLessThan(length - 0.5 + 1e-4);
    }
  }
  expect(randomResizedCrop({ area: [1, 1], ratio: [1, 1] })(down, new Random(1)).data).toEqual(down.data);
});

test('colorJitter: factors within their bounds, one after the other, clamped', () => {
  // one value, in red alone: gray 0.299·r everywhere, so each step can be computed by hand
  const x = tensor([0.4, 0.4, 0.2, 0.2, 0.1, 0.1], [3, 1, 2]);
  for (let seed = 0; seed < 100; seed++) {
    const { data } = colorJitter({ brightness: 0.5, contrast: 0, saturation: 0 })(x, new Random(seed));
    const factor = data[0] / 0.4;
    expect(factor).toBeGreaterThan(0.5 - 1e-6);
    expect(factor).toBeLessThan(1.5 + 1e-6);
    expect(data[4]).toBeCloseTo(0.1 * factor, 6);
    const gray = 0.299 * 0.4 + 0.587 * 0.2 + 0.114 * 0.1;
    const colorful = colorJitter({ brightness: 0, contrast: 0, saturation: 0.5 })(x, new Random(seed)).data;
    const more = (colorful[0] - gray) / (0.4 - gray);
    expect(Math.abs(more - 1)).toBeLessThan(0.5 + 1e-5);
    expect(colorful[4]).toBeCloseTo(gray + more * (0.1 - gray), 6);
  }
  const contrasts = colorJitter({ brightness: 0, contrast: 0.5, saturation: 0 })(tensor([0.2, 0.4], [1, 1, 2]), new Random(4)).data;
  expect(contrasts[0] + contrasts[1]).toBeCloseTo(0.6, 6);
  expect(contrasts[0]).not.toBe(Math.fround(0.2));
  const [dark, bright] = Array.from(
    { length: 200 },
    (_, i) => colorJitter({ brightness: 1, contrast: 1 })(tensor([0, 1], [1, 1, 2]), new Random(i)).data,
  ).reduce(([low, high], data) => [Math.min(low, ...data), Math.max(high, ...data)], [1, 0]);
  expect([dark, bright]).toEqual([0, 1]);
  // all strengths 0: as it was
  expect(colorJitter({ brightness: 0, contrast: 0, saturation: 0 })(x, new Random(1)).data).toEqual(x.data);
});

test.each([
  ['a flip more often than always', () => randomFlip({ probability: 1.5 }), 'randomFlip: probability must be a number from 0 to 1'],
  ['a part larger than the image', () => randomResizedCrop({ area: [0.5, 2] }), 'randomResizedCrop: area must be two ascending numbers > 0 and ≤ 1'],
  ['a ratio of none', () => randomResizedCrop({ ratio: [0, 1] }), 'randomResizedCrop: ratio must be'],
  ['a brightness of 2', () => colorJitter({ brightness: 2 }), 'colorJitter: brightness must be a number from 0 to 1'],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(OptionError);
  expect(make).toThrow(message);
});
