import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  averagePool,
  averagePoolGradient,
  type ConvOptions,
  conv,
  convBiasGradient,
  convGeometry,
  convInputGradient,
  convKernelGradient,
  full,
  PADDING_MODES,
  Random,
  type Tensor,
} from '../../src/index.js';
import { BACKENDS } from './backends.js';

/** What holds for every geometry, tried on 100 random ones of up to three axes; the seed makes a failure come back. */
const RUNS = { seed: 20, numRuns: 100 };

interface Geometry {
  xShape: number[];
  kernelShape: number[];
  options: ConvOptions;
  seed: number;
}

/** Small geometries over everything that conv knows. Those whose kernel does not fit the padded input are left out. */
const geometries = ({ modes = PADDING_MODES }: { modes?: readonly (typeof PADDING_MODES)[number][] } = {}): fc.Arbitrary<Geometry> =>
  fc
    .integer({ min: 1, max: 3 })
    .chain((rank) => {
      const perAxis = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
      const side = fc.nat(3);
      return fc.record({
        batch: fc.integer({ min: 1, max: 2 }),
        groups: fc.integer({ min: 1, max: 3 }),
        cinPerGroup: fc.integer({ min: 1, max: 3 }),
        coutPerGroup: fc.integer({ min: 1, max: 3 }),
        input: perAxis(1, rank === 3 ? 5 : 9),
        kernel: perAxis(1, 4),
        stride: perAxis(1, 3),
        dilation: perAxis(1, 3),
        padding: fc.oneof(
          fc.constantFrom('valid' as const, 'same' as const, 'full' as const),
          fc.array(fc.tuple(side, side), { minLength: rank, maxLength: rank }),
        ),
        paddingMode: fc.constantFrom(...modes),
        flip: fc.boolean(),
        seed: fc.nat(1000),
      });
    })
    .map(({ batch, groups, cinPerGroup, coutPerGroup, input, kernel, seed, ...options }) => ({
      xShape: [batch, groups * cinPerGroup, ...input],
      kernelShape: [groups * coutPerGroup, cinPerGroup, ...kernel],
      options: { ...options, groups },
      seed,
    }))
    .filter(({ xShape, kernelShape, options }) => {
      try {
        return convGeometry(xShape, kernelShape, options) !== undefined;
      } catch {
        return false;
      }
    });

describe.each(BACKENDS)('on $name', ({ backend }) => {
  const forAll = <T>(values: fc.Arbitrary<T>, holds: (value: T) => Promise<void>) => fc.assert(fc.asyncProperty(values, holds), RUNS);

  test.each(PADDING_MODES)("'%s': ⟨conv(x, k), g⟩ = ⟨x, inputGradient⟩ = ⟨k, kernelGradient⟩", (mode) =>
    forAll(geometries({ modes: [mode] }), async ({ xShape, kernelShape, options, seed }) => {
      const { x, kernel, gradient } = draw(xShape, kernelShape, options, seed);
      const out = await conv(x, kernel, { ...options, backend });
      const wrtInput = await convInputGradient(gradient, kernel, { ...options, inputShape: xShape, backend });
      const wrtKernel = await convKernelGradient(x, gradient, { ...options, kernelShape, backend });
      expect([wrtInput.shape, wrtKernel.shape]).toEqual([xShape, kernelShape]);
      const product = dot(out, gradient);
      close(dot(x, wrtInput), product);
      close(dot(kernel, wrtKernel), product);
    }),
  );

  test('a constant border adds conv(0, k): affine in x, linear in k', () =>
    forAll(geometries({ modes: ['constant'] }), async ({ xShape, kernelShape, options, seed }) => {
      const { x, kernel, gradient } = draw(xShape, kernelShape, options, seed);
      const bordered = { ...options, paddingValue: -1.5 };
      const out = await conv(x, kernel, { ...bordered, backend });
      const border = await conv(full(xShape), kernel, { ...bordered, backend });
      const wrtInput = await convInputGradient(gradient, kernel, { ...bordered, inputShape: xShape, backend });
      const wrtKernel = await convKernelGradient(x, gradient, { ...bordered, kernelShape, backend });
      close(dot(kernel, wrtKernel), dot(out, gradient));
      close(dot(x, wrtInput), dot(minus(out, border), gradient));
    }));

  test('the bias adds itself to its channel, and its gradient sums that channel', () =>
    forAll(geometries(), async ({ xShape, kernelShape, options, seed }) => {
      const { x, kernel, gradient, bias } = draw(xShape, kernelShape, options, seed);
      const [without, with_] = [await conv(x, kernel, { ...options, backend }), await conv(x, kernel, { ...options, bias, backend })];
      close(dot(minus(with_, without), gradient), dot(bias, await convBiasGradient(gradient, { backend })));
    }));

  test('linear in x and in the kernel', () =>
    forAll(geometries(), async ({ xShape, kernelShape, options, seed }) => {
      const [a, b] = [draw(xShape, kernelShape, options, seed), draw(xShape, kernelShape, options, seed + 1)];
      const run = (x: Tensor, kernel: Tensor) => conv(x, kernel, { ...options, backend });
      near(await run(mix(a.x, 2, b.x, -3), a.kernel), mix(await run(a.x, a.kernel), 2, await run(b.x, a.kernel), -3));
      near(await run(a.x, mix(a.kernel, 2, b.kernel, -3)), mix(await run(a.x, a.kernel), 2, await run(a.x, b.kernel), -3));
    }));

  test('flip is the kernel turned round', () =>
    forAll(geometries(), async ({ xShape, kernelShape, options, seed }) => {
      const { x, kernel } = draw(xShape, kernelShape, options, seed);
      const taps = kernelShape.slice(2).reduce((a, b) => a * b);
      const turned = { shape: kernelShape, data: kernel.data.map((_, i) => kernel.data[i - (i % taps) + (taps - 1 - (i % taps))]) };
      near(await conv(x, kernel, { ...options, flip: !options.flip, backend }), await conv(x, turned, { ...options, backend }));
    }));

  test("shift equivariance: with 'wrap' a rolled input gives the output rolled as far", () =>
    forAll(fc.tuple(geometries({ modes: ['wrap'] }), fc.nat(8)), async ([{ xShape, kernelShape, options, seed }, shift]) => {
      const steady = { ...options, stride: 1, padding: 'same' as const, backend };
      const { x, kernel } = draw(xShape, kernelShape, steady, seed);
      for (let axis = 2; axis < xShape.length; axis++) {
        near(await conv(roll(x, axis, shift), kernel, steady), roll(await conv(x, kernel, steady), axis, shift));
      }
    }));

  test('a stride keeps every stride-th output of stride 1', () =>
    forAll(geometries(), async ({ xShape, kernelShape, options, seed }) => {
      const { x, kernel } = draw(xShape, kernelShape, options, seed);
      const { before, after, stride, rank } = convGeometry(xShape, kernelShape, options);
      const padding = before.map((b, axis) => [b, after[axis]] as const).slice(3 - rank);
      let every = await conv(x, kernel, { ...options, padding, stride: 1, backend });
      for (let axis = 2; axis < xShape.length; axis++) every = keepEvery(every, axis, stride[axis + 1 - rank]);
      near(await conv(x, kernel, { ...options, backend }), every);
    }));

  test('dilation is a kernel with zeros between its weights', () =>
    forAll(geometries(), async ({ xShape, kernelShape, options, seed }) => {
      const { x, kernel } = draw(xShape, kernelShape, options, seed);
      const { dilation, rank } = convGeometry(xShape, kernelShape, options);
      let wide = kernel;
      for (let axis = 2; axis < xShape.length; axis++) wide = spread(wide, axis, dilation[axis + 1 - rank]);
      near(await conv(x, kernel, { ...options, backend }), await conv(x, wide, { ...options, dilation: 1, backend }));
    }));

  test.each(PADDING_MODES)("direct and separable agree with '%s': an outer product of kernels is one pass an axis", (paddingMode) =>
    forAll(
      fc.record({
        size: fc.tuple(fc.integer({ min: 4, max: 12 }), fc.integer({ min: 4, max: 12 })),
        column: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 5 }),
        row: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 5 }),
        seed: fc.nat(1000),
      }),
      async ({ size: [h, w], column, row, seed }) => {
        const [kh, kw] = [column.length, row.length];
        const { x } = draw([1, 1, h, w], [1, 1, 1, 1], {}, seed);
        const options = { padding: 'same', paddingMode, backend } as const;
        const outer = { shape: [1, 1, kh, kw], data: Float32Array.from(column.flatMap((a) => row.map((b) => a * b))) };
        const direct = await conv(x, outer, options);
        const down = await conv(x, { shape: [1, 1, kh, 1], data: Float32Array.from(column) }, options);
        near(direct, await conv(down, { shape: [1, 1, 1, kw], data: Float32Array.from(row) }, options));
      },
    ),
  );

  test('an average is a depthwise box, and its gradient is its adjoint, padding counted or not', () =>
    forAll(
      fc.record({
        shape: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 })),
        kernelSize: fc.tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 3 })),
        stride: fc.integer({ min: 1, max: 3 }),
        padding: fc.constantFrom(0, 1, 'same' as const),
        countIncludePad: fc.boolean(),
        seed: fc.nat(1000),
      }),
      async ({ shape, seed, countIncludePad, ...window }) => {
        const [, channels] = shape;
        const [kh, kw] = window.kernelSize;
        const box = full([channels, 1, kh, kw], 1 / (kh * kw));
        const asConv = { stride: window.stride, padding: window.padding, groups: channels, backend };
        const { x, gradient } = draw([...shape], box.shape, asConv, seed);
        const pooled = await averagePool(x, { ...window, countIncludePad, backend });
        const boxed = await conv(x, box, asConv);
        if (countIncludePad) near(pooled, boxed);
        else near(pooled, quotient(boxed, await conv(full([...shape], 1), box, asConv)));
        const back = await averagePoolGradient(gradient, { ...window, countIncludePad, inputShape: shape, backend });
        close(dot(x, back), dot(pooled, gradient));
      },
    ));
});

function draw(xShape: number[], kernelShape: readonly number[], { backend: _, ...options }: ConvOptions & { backend?: unknown }, seed: number) {
  const random = new Random(seed);
  const { outShape, outChannels } = convGeometry(xShape, kernelShape, options);
  const tensorOf = (shape: readonly number[]): Tensor => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  });
  return { x: tensorOf(xShape), kernel: tensorOf(kernelShape), gradient: tensorOf(outShape), bias: tensorOf([outChannels]) };
}

interface Product {
  sum: number;
  /** Σ |aᵢ·bᵢ| */
  size: number;
}

function dot(a: Tensor, b: Tensor): Product {
  expect(a.shape).toEqual(b.shape);
  let [sum, size] = [0, 0];
  a.data.forEach((value, i) => {
    sum += value * b.data[i];
    size += Math.abs(value * b.data[i]);
  });
  return { sum, size };
}

/** Equal but for what float32 loses: 1e-5 of the magnitudes that were added up. */
function close(a: Product, b: Product): void {
  expect(Math.abs(a.sum - b.sum)).toBeLessThanOrEqual(1e-5 * Math.max(a.size, b.size));
}

/** Equal but for what float32 loses, relative to the largest value. */
function near(got: Tensor, want: Tensor): void {
  expect(got.shape).toEqual(want.shape);
  const scale = want.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const worst = got.data.reduce((most, value, i) => Math.max(most, Math.abs(value - want.data[i])), 0);
  expect(worst).toBeLessThanOrEqual(2e-5 * scale);
}

function mix(a: Tensor, p: number, b: Tensor, q: number): Tensor {
  return { shape: a.shape, data: a.data.map((value, i) => p * value + q * b.data[i]) };
}

function minus(a: Tensor, b: Tensor): Tensor {
  return mix(a, 1, b, -1);
}

function quotient(a: Tensor, b: Tensor): Tensor {
  return { shape: a.shape, data: a.data.map((value, i) => value / b.data[i]) };
}

/** out[…, i, …] = x[…, from(i), …] along one axis; 0 where `from` is −1. */
function pick(x: Tensor, axis: number, length: number, from: (i: number) => number): Tensor {
  const shape = x.shape.map((size, a) => (a === axis ? length : size));
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, o) => {
    const [outer, i, rest] = [Math.floor(o / (inner * length)), Math.floor(o / inner) % length, o % inner];
    return from(i) === -1 ? 0 : x.data[(outer * x.shape[axis] + from(i)) * inner + rest];
  });
  return { shape, data };
}

function roll(x: Tensor, axis: number, shift: number): Tensor {
  const n = x.shape[axis];
  return pick(x, axis, n, (i) => (((i - shift) % n) + n) % n);
}

function keepEvery(x: Tensor, axis: number, stride: number): Tensor {
  return pick(x, axis, Math.ceil(x.shape[axis] / stride), (i) => i * stride);
}

function spread(x: Tensor, axis: number, distance: number): Tensor {
  return pick(x, axis, (x.shape[axis] - 1) * distance + 1, (i) => (i % distance === 0 ? i / distance : -1));
}
