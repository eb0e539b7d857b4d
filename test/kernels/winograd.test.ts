import { afterAll, describe, expect, test } from 'vitest';
import { type Backend, type ConvOptions, convGeometry, createBackend, Random } from '../../src/index.js';
import { forwardCorrelation, stripLayout } from '../../src/kernels/backends/wasm/layers/correlation-spec.js';
import { inputGradientParts } from '../../src/kernels/backends/wasm/layers/input-gradient.js';
import { winogradTiles } from '../../src/kernels/backends/wasm/layers/winograd-tiles.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import type { ConvGeometry } from '../../src/kernels/geometry.js';
import { Operators } from '../../src/kernels/operators.js';

// Windows of 3 × 3 over many channels, compared with the float64 reference and between numbers of threads.

const random = new Random(1);
const numbers = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1));

const [wasm, reference] = [await createWasmBackend(1), await createBackend('reference')];
const several = await Promise.all([2, 3, 4].map((threads) => createWasmBackend(threads, { handOver: 0 })));
afterAll(() => {
  for (const backend of [wasm, ...several]) backend.dispose();
});

const CASES: readonly [name: string, x: readonly number[], channels: number, options: ConvOptions][] = [
  ['even sizes', [2, 24, 12, 24], 24, { padding: 1 }],
  ['odd sizes', [1, 24, 13, 23], 28, { padding: 1 }],
  ['no padding', [2, 24, 18, 34], 32, {}],
  ['channels that are no multiple of four', [1, 27, 16, 24], 31, { padding: 1 }],
  ['more padding on one side', [1, 32, 14, 16], 32, { padding: [[2, 0], [0, 2]] }], // biome-ignore format: as it is written
  ['a constant border', [1, 24, 14, 24], 24, { padding: 1, paddingMode: 'constant', paddingValue: 0.7 }],
  ['a kernel turned round', [1, 24, 14, 24], 24, { padding: 1, flip: true }],
  ['bands of few rows', [1, 64, 20, 48], 64, { padding: 1 }],
  ['a tall, narrow picture', [1, 32, 61, 8], 32, { padding: 1 }],
];

function inputs(x: readonly number[], channels: number, options: ConvOptions) {
  const geometry = convGeometry(x, [channels, x[1], 3, 3], options);
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b);
  return { geometry, x: numbers(size(x)), kernel: numbers(size(geometry.kernelShape)), bias: numbers(channels), gradient: numbers(size(geometry.outShape)) };
}

async function run(backend: Backend, { geometry: g, ...values }: ReturnType<typeof inputs>): Promise<{ out: Float32Array; gradient: Float32Array }> {
  const on = new Operators(backend);
  const up = (data: Float32Array) => {
    const buffer = on.allocate(data.length);
    on.write(buffer, data);
    return buffer;
  };
  const [x, kernel, bias, gradient] = [values.x, values.kernel, values.bias, values.gradient].map(up);
  const [out, back] = [on.allocate(values.gradient.length), on.allocate(values.x.length)];
  on.conv(g, x, kernel, bias, out);
  on.convInputGradient(g, gradient, kernel, back);
  const result = { out: await on.read(out), gradient: await on.read(back) };
  for (const buffer of [x, kernel, bias, gradient, out, back]) on.free(buffer);
  return result;
}

function byTiles(g: ConvGeometry): boolean[] {
  return [forwardCorrelation(g), inputGradientParts(g)[0].correlation].map((c) => winogradTiles(c, stripLayout(c)) !== undefined);
}

describe.each(CASES)('%s', (_name, x, channels, options) => {
  test('is computed by tiles, and right', async () => {
    const given = inputs(x, channels, options);
    expect(byTiles(given.geometry)).toEqual([true, true]);
    const [got, want] = [await run(wasm, given), await run(reference, given)];
    for (const part of ['out', 'gradient'] as const) {
      const largest = want[part].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const error = got[part].reduce((most, value, i) => Math.max(most, Math.abs(value - want[part][i])), 0);
      expect(error / largest).toBeLessThan(3e-6);
    }
  });

  test('has the same bits on 1, 2, 3 and 4 threads', async () => {
    const given = inputs(x, channels, options);
    const want = await run(wasm, given);
    for (const backend of several) expect(await run(backend, given)).toEqual(want);
  });
});

test('slices of a volume are filtered one by one', async () => {
  const [x, kernel] = [numbers(24 * 3 * 12 * 16), numbers(24 * 24 * 9)];
  const geometry = convGeometry([1, 24, 3, 12, 16], [24, 24, 1, 3, 3], { padding: [0, 1, 1] });
  expect(byTiles(geometry)).toEqual([true, true]);
  const given = { geometry, x, kernel, bias: numbers(24), gradient: numbers(24 * 3 * 12 * 16) };
  const [got, want] = [await run(wasm, given), await run(reference, given)];
  expect(got.out.every((value, i) => Math.abs(value - want.out[i]) < 1e-4)).toBe(true);
  expect(got.gradient.every((value, i) => Math.abs(value - want.gradient[i]) < 1e-4)).toBe(true);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%s reaches those outputs only that see it', async (value) => {
  for (const part of ['x', 'kernel'] as const) {
    const given = inputs([1, 32, 12, 12], 32, { padding: 1 });
    given[part][5] = value;
    const [got, want] = [await run(wasm, given), await run(reference, given)];
    expect(Array.from(got.out, Number.isFinite)).toEqual(Array.from(want.out, Number.isFinite));
    expect(got.out.some(Number.isFinite)).toBe(true);
  }
});

test.each([
  ['of a stride', { padding: 1, stride: 2 }, [false, false]],
  // which is folded back from the border
  ['of a mirrored border, all but its gradient', { padding: 1, paddingMode: 'reflect' }, [true, true]],
] as const)('%s', async (_name, options, tiles) => {
  const given = inputs([1, 24, 14, 24], 24, options);
  expect(byTiles(given.geometry)).toEqual(tiles);
  const [got, want] = [await run(wasm, given), await run(reference, given)];
  expect(got.out.every((value, i) => Math.abs(value - want.out[i]) < 1e-4)).toBe(true);
  expect(got.gradient.every((value, i) => Math.abs(value - want.gradient[i]) < 1e-4)).toBe(true);
});

test.each([
  ['few channels', [1, 4, 28, 28], [4, 4, 3, 3], { padding: 1 }],
  ['a dilation', [1, 32, 28, 28], [32, 32, 3, 3], { padding: 2, dilation: 2 }],
  ['another window', [1, 32, 28, 28], [32, 32, 5, 5], { padding: 2 }],
  ['groups', [1, 32, 28, 28], [32, 16, 3, 3], { padding: 1, groups: 2 }],
] as const)('%s: sums of products', (_name, x, kernel, options) => {
  expect(byTiles(convGeometry(x, kernel, options))).toEqual([false, false]);
});
