import { afterAll, describe, expect, test } from 'vitest';
import { collapsePyramid, createBackend, createImage, type Image, laplacianPyramid, MATCH_METHODS, matchTemplate, Random } from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { withAbilities } from './with-abilities.js';

// Pyramids and templates in the engine, against the loops; threads and bands change no bit.

const wasm = await createBackend('wasm', { threads: 1 });
const threads = await createWasmBackend(2, { handOver: 0 });
const bands = await createWasmBackend(1, { bandRows: 40 });
const loops = withAbilities(wasm, { resize: false, pictures: wasm.abilities.pictures.filter((kind) => kind !== 'likeness') });
afterAll(() => {
  for (const backend of [wasm, threads, bands]) backend.dispose();
});

const random = new Random(5);
const KINDS = [
  { white: 255, from: Uint8ClampedArray },
  { white: 65535, from: Uint16Array },
  { white: 1, from: Float32Array },
];

function picture(width: number, height: number, channels: Image['channels'], kind: number): Image {
  const { white, from } = KINDS[kind];
  const values = Float64Array.from(
    { length: width * height * channels },
    (_, i) => white * (0.5 + 0.3 * Math.sin(i / channels / 6) + random.uniform(-0.2, 0.2)),
  );
  return createImage(width, height, channels, from.from(values));
}

function worst(a: Image, b: Image): number {
  expect({ ...a, data: a.data.constructor }).toEqual({ ...b, data: b.data.constructor });
  return (a.data as Float32Array).reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
}

describe.each([
  [1, 1, 1],
  [2, 5, 2],
  [5, 2, 3],
  [3, 4, 4],
  [33, 20, 1],
  [70, 130, 3],
  [131, 67, 4],
] as const)('%i × %i × %i', (width, height, channels) => {
  test.each([0, 1, 2])('a Laplacian pyramid as by loops, and back, kind %i', async (kind) => {
    const image = picture(width, height, channels, kind);
    const levels = Math.min(3, 1 + Math.ceil(Math.log2(Math.max(width, height))));
    const [got, exact] = [await laplacianPyramid(image, levels, { backend: wasm }), await laplacianPyramid(image, levels, { backend: loops })];
    expect(worst(got.base, exact.base)).toBeLessThan(1e-6);
    for (const [i, detail] of got.details.entries()) expect(worst(detail, exact.details[i])).toBeLessThan(1e-6);
    const whole = await collapsePyramid(got, { backend: wasm });
    const { white } = KINDS[kind];
    expect(worst(whole, { ...image, data: Float32Array.from(image.data, (value) => value / white) })).toBeLessThan(1e-6);
    for (const backend of [threads, bands]) {
      const { details, base } = await laplacianPyramid(image, levels, { backend });
      for (const [i, each] of [...details, base].entries()) expect(worst(each, [...got.details, got.base][i])).toBe(0);
      expect(worst(await collapsePyramid(got, { backend }), whole)).toBe(0);
    }
  });
});

test.each(MATCH_METHODS)('%s of every kind of picture as by planes', async (method) => {
  for (const [kind, channels] of [
    [0, 3],
    [0, 4],
    [1, 1],
    [2, 2],
  ] as const) {
    const image = picture(90, 150, channels, kind);
    const data = image.data.filter(
      (_, i) => i / channels / 90 >= 40 && i / channels / 90 < 47 && Math.floor(i / channels) % 90 >= 20 && Math.floor(i / channels) % 90 < 29,
    );
    const template = createImage(9, 7, channels, data as Uint8ClampedArray);
    const [got, exact] = [await matchTemplate(image, template, { method, backend: wasm }), await matchTemplate(image, template, { method, backend: loops })];
    const unit = method === 'zncc' || method === 'ncc' ? 1 : exact.scores.data.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
    const apart = got.scores.data.map((score, i) => Math.abs(score - exact.scores.data[i]) / unit);
    expect(Math.max(...apart)).toBeLessThan(1e-5);
    if (method !== 'correlation') expect([Math.round(got.peaks[0].x), Math.round(got.peaks[0].y)]).toEqual([20, 40]);
    for (const backend of [threads, bands]) {
      const { scores } = await matchTemplate(image, template, { method, backend });
      expect(scores.data.every((score, i) => Object.is(score, got.scores.data[i]))).toBe(true);
    }
  }
});
