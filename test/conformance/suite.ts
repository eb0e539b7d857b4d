import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Backend, DeviceBuffer } from '../../src/kernels/backend.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';
import { type ConvGeometry, convGeometry, poolGeometry } from '../../src/kernels/geometry.js';
import { Operators } from '../../src/kernels/operators.js';
import { POINTWISE, type Pointwise, type PointwiseName } from '../../src/kernels/pointwise.js';
import { Random } from '../../src/random.js';
import { sizeOf } from '../../src/tensor.js';
import { CONV_CASES, type ConvCase, POOL_CASES } from './cases.js';

declare module 'vitest' {
  interface ProvidedContext {
    isCI: boolean;
  }
}

/** Information about a backend for {@link runConformance}. */
export interface ConformanceOptions {
  /** Heads the tests, e.g. `wasm` or `gpu webgl2`. */
  name: string;
  create: () => Promise<Backend>;
  /** The convolutions that it runs. Default: all. */
  cases?: readonly ConvCase[];
  /** Why a case is beyond a limit of this backend; it is then skipped and the reason printed. Default: nothing is. */
  skip?: (caseName: string, geometry: ConvGeometry) => string | undefined;
}

/**
 * How far a float32 sum of products may be from the exact one, given Σ |a·b| over the same products.
 *
 * With u = 2⁻²⁴ each rounding errs by at most u times the partial sum it rounds. For products of random signs, as here,
 * the errors add up to about u/2 · Σ |a·b|, however long the sum, because both sides grow alike (Higham & Mary, A new
 * approach to probabilistic rounding error analysis, 2019). 16 u leaves room for the worst of many outputs, for any
 * order of summation, for fused multiply-adds and for GPUs that truncate. It is still 500 times finer than a product
 * rounded to half precision or TF32, and a product that is lost or counted twice shows in sums of up to a million.
 * 1e-37: GPUs flush denormals to zero.
 */
function tolerance(sumOfMagnitudes: number): number {
  return 16 * 2 ** -24 * sumOfMagnitudes + 1e-37;
}

/** Holds a backend against the float64 reference through the backend contract: the whole table, then the contract's promises. */
export function runConformance({ name, create, cases = CONV_CASES, skip }: ConformanceOptions): void {
  describe(name, () => {
    const reference = new Operators(new ReferenceBackend());
    let backend: Operators;
    beforeAll(async () => {
      backend = new Operators(await create());
    });
    afterAll(() => {
      backend?.release();
      backend?.backend.dispose();
    });

    describe('convolution', () => {
      for (const { name: caseName, geometry } of cases) {
        test(caseName, async (context) => {
          refuse(context, skip?.(caseName, geometry));
          const { values, results } = await expected(geometry);
          for (const [operator, want, magnitudes] of results) {
            const [got] = await execute(backend, geometry, operator, values);
            expect.soft(difference(got, want, magnitudes), operator.name).toBe('');
          }
        });
      }
    });

    describe('pooling', () => {
      for (const { name: caseName, geometry } of POOL_CASES) {
        test(caseName, async (context) => {
          refuse(context, skip?.(caseName, geometry));
          const x = poolValues(geometry);
          const [maxima, winners] = await execute(backend, geometry, MAX_POOL, { x });
          const [wantMaxima, wantWinners] = await execute(reference, geometry, MAX_POOL, { x });
          expect.soft(maxima, 'maxima').toEqual(wantMaxima);
          expect.soft(winners, 'winners').toEqual(wantWinners);

          const values = { gradient: convValues(geometry).gradient, winners: wantWinners };
          const [got] = await execute(backend, geometry, MAX_POOL_GRADIENT, values);
          const [want] = await execute(reference, geometry, MAX_POOL_GRADIENT, values);
          const [magnitudes] = await execute(reference, geometry, MAX_POOL_GRADIENT, absolute(values));
          expect.soft(difference(got, want, magnitudes), 'maxPoolGradient').toBe('');
        });
      }

      test('of equal cells the first wins, NaN wins over all, minus infinity is a value', async (context) => {
        const geometry = poolGeometry([1, 1, 10], { kernelSize: 2 }, 'maxPool');
        refuse(context, skip?.('NaN', geometry));
        const x = Float32Array.of(2, 2, Number.NaN, 9, 9, Number.NaN, -Infinity, -Infinity, -Infinity, -5);
        const [maxima, winners] = await execute(backend, geometry, MAX_POOL, { x });
        expect([...maxima]).toEqual([2, Number.NaN, Number.NaN, -Infinity, -5]);
        expect([...winners]).toEqual([0, 0, 1, 0, 1]);
      });
    });

    describe('pointwise', () => {
      test.each(Object.entries(POINTWISE) as [PointwiseName, Pointwise][])('%s', async (formula, { inputs, params }) => {
        const random = new Random(9);
        // 37: no multiple of a vector. Roots, logarithms and divisors get what they are made for.
        const positive = ['log', 'divide', 'inverseSquareRoot', 'adaptiveStep'].includes(formula);
        const values = Array.from({ length: inputs }, () => Float32Array.from({ length: 37 }, () => (positive ? random.uniform(0.1, 3) : 2 * random.normal())));
        if (formula === 'equal') values[1].set(values[0].map((value, i) => (i % 3 === 0 ? value : -value)));
        const numbers = [0.25, 0.5, 0.125].slice(0, params);
        const on = async (where: Operators) => {
          const buffers = values.map((data) => upload(where, data));
          const out = outputOf(where, [37]);
          where.pointwise(formula, buffers, numbers, out);
          const result = await where.read(out);
          where.pointwise(formula, buffers, numbers, buffers[0]);
          expect(await where.read(buffers[0]), 'in place').toEqual(result);
          for (const buffer of [...buffers, out]) where.free(buffer);
          return result;
        };
        const [got, want] = [await on(backend), await on(reference)];
        for (const [i, value] of got.entries())
          expect(Math.abs(value - want[i]), `at ${i}: ${value}, not ${want[i]}`).toBeLessThan(3e-6 * Math.max(1, Math.abs(want[i])));
      });

      test('the activations take ±1e4', async () => {
        for (const formula of ['sigmoid', 'tanh', 'gelu'] as const) {
          const [x, out] = [upload(backend, Float32Array.of(1e4, -1e4, 0)), outputOf(backend, [3])];
          backend.pointwise(formula, [x], [], out);
          const atMinus = { sigmoid: 0, tanh: -1, gelu: -0 }[formula];
          const [above, below] = await backend.read(out);
          expect([above, below + 0], formula).toEqual([formula === 'gelu' ? 1e4 : 1, atMinus + 0]);
          for (const buffer of [x, out]) backend.free(buffer);
        }
      });
    });

    describe('the contract', () => {
      const A = convGeometry([2, 3, 9, 10], [4, 3, 3, 3], { padding: 1 });
      const B = convGeometry([1, 4, 7, 11], [8, 2, 2, 3], { padding: 'full', stride: 2, groups: 2, paddingMode: 'replicate' });

      test.each(CONV_OPERATORS)('$name: A, B, A gives A the same bits', async (operator) => {
        const [a] = await execute(backend, A, operator, convValues(A));
        const kept = a.slice();
        const [b] = await execute(backend, B, operator, convValues(B));
        const [again] = await execute(backend, A, operator, convValues(A));
        expect(again).toEqual(a);
        expect(a, 'an earlier result is not touched by later calls').toEqual(kept);
        expect(await execute(backend, B, operator, convValues(B))).toEqual([b]);
      });

      test('two geometries of equal sizes are not taken for each other', async () => {
        const wide = convGeometry([1, 1, 6, 8], [1, 1, 3, 3], { padding: 1 });
        const tall = convGeometry([1, 1, 8, 6], [1, 1, 3, 3], { padding: 1 });
        const flipped = convGeometry([1, 1, 6, 8], [1, 1, 3, 3], { padding: 1, flip: true });
        const half = convGeometry([1, 1, 6, 8], [1, 1, 3, 3], { padding: 1, paddingMode: 'constant', paddingValue: 0.5 });
        const one = convGeometry([1, 1, 6, 8], [1, 1, 3, 3], { padding: 1, paddingMode: 'constant', paddingValue: 1 });
        const values = convValues(wide);
        for (const geometry of [wide, tall, flipped, half, one, wide]) {
          const [got] = await execute(backend, geometry, CONV, values);
          const [want] = await execute(reference, geometry, CONV, values);
          const [magnitudes] = await execute(reference, geometry, CONV, absolute(values));
          expect(difference(got, want, magnitudes), geometry.key).toBe('');
        }
      });

      test('a new buffer holds zeros', async () => {
        const buffer = backend.allocate(37);
        expect(buffer.length).toBe(37);
        expect(await backend.read(buffer)).toEqual(new Float32Array(37));
        backend.free(buffer);
        // also where others lay
        const others = Array.from({ length: 3 }, () => upload(backend, new Float32Array(37).fill(Number.NaN)));
        for (const other of others) backend.free(other);
        const [a, b, sum] = Array.from({ length: 3 }, () => backend.allocate(37));
        backend.pointwise('combine', [a, b], [1, 1], sum);
        expect(await backend.read(sum)).toEqual(new Float32Array(37));
        expect(await backend.read(a)).toEqual(new Float32Array(37));
        for (const other of [a, b, sum]) backend.free(other);
      });

      test('write and read copy', async () => {
        const values = Float32Array.from({ length: 101 }, (_, i) => i / 7 - 5);
        const buffer = backend.allocate(101);
        const written = values.slice();
        backend.write(buffer, written);
        written.fill(7);
        const read = await backend.read(buffer);
        expect(read).toEqual(values);
        read.fill(8);
        expect(await backend.read(buffer)).toEqual(values);
        backend.free(buffer);
      });

      test('calls take effect in the order they were made', async () => {
        const values = convValues(A);
        const doubled = values.x.map((value) => 2 * value);
        const [x, kernel] = [upload(backend, values.x), upload(backend, values.kernel)];
        const [once, twice] = [outputOf(backend, A.outShape), outputOf(backend, A.outShape)];
        backend.conv(A, x, kernel, null, once);
        const early = backend.read(once);
        backend.write(x, doubled);
        backend.conv(A, x, kernel, null, twice);
        backend.conv(A, x, kernel, null, once);
        const [first, second, third] = [await early, await backend.read(twice), await backend.read(once)];
        expect(second).toEqual(first.map((value) => 2 * value));
        expect(third).toEqual(second);
        for (const buffer of [x, kernel, once, twice]) backend.free(buffer);
      });

      test('results feed further operators without being read, and the list of calls can be replayed', async () => {
        const [got, want] = [await trainingStep(backend), await trainingStep(reference)];
        expect(got.second, 'replayed').toEqual(got.first);
        const scale = Math.max(...want.first.map(Math.abs));
        // two sums deep: the second sum's inputs already carry the error of the first
        for (const [i, value] of got.first.entries()) expect(Math.abs(value - want.first[i]), `at ${i}`).toBeLessThan(tolerance(100 * scale));
      });
    });
  });
}

type Name = 'x' | 'kernel' | 'bias' | 'gradient' | 'winners';
type Values<N extends Name = Name> = Readonly<Record<N, Float32Array>>;

/** An operator of the contract: the buffers it reads, the shapes it fills. */
interface Operator<N extends Name = Name> {
  readonly name: string;
  readonly reads: readonly N[];
  readonly fills: (geometry: ConvGeometry) => readonly (readonly number[])[];
  readonly run: (on: Operators, geometry: ConvGeometry, from: Readonly<Record<N, DeviceBuffer>>, to: readonly DeviceBuffer[]) => void;
}

type ConvName = 'x' | 'kernel' | 'bias' | 'gradient';

const CONV: Operator<ConvName> = {
  name: 'conv',
  reads: ['x', 'kernel'],
  fills: (g) => [g.outShape],
  run: (on, g, { x, kernel }, [out]) => on.conv(g, x, kernel, null, out),
};

const CONV_OPERATORS: readonly Operator<ConvName>[] = [
  CONV,
  {
    name: 'conv with bias',
    reads: ['x', 'kernel', 'bias'],
    fills: (g) => [g.outShape],
    run: (on, g, { x, kernel, bias }, [out]) => on.conv(g, x, kernel, bias, out),
  },
  {
    name: 'convInputGradient',
    reads: ['gradient', 'kernel'],
    fills: (g) => [g.xShape],
    run: (on, g, { gradient, kernel }, [out]) => on.convInputGradient(g, gradient, kernel, out),
  },
  {
    name: 'convKernelGradient',
    reads: ['x', 'gradient'],
    fills: (g) => [g.kernelShape],
    run: (on, g, { x, gradient }, [out]) => on.convKernelGradient(g, x, gradient, out),
  },
  {
    name: 'convBiasGradient',
    reads: ['gradient'],
    fills: (g) => [[g.outChannels]],
    run: (on, g, { gradient }, [out]) => on.convBiasGradient(g, gradient, out),
  },
];

type Expected = Readonly<{
  values: Values<ConvName>;
  results: readonly (readonly [operator: Operator<ConvName>, want: Float32Array, magnitudes: Float32Array])[];
}>;

const computed = new WeakMap<ConvGeometry, Promise<Expected>>();

/** The reference result of a case, computed once for all backends of a file. */
function expected(geometry: ConvGeometry): Promise<Expected> {
  const known = computed.get(geometry);
  if (known) return known;
  const compute = async (): Promise<Expected> => {
    // the two geometries have the same key, so each has separate operators
    const [reference, ofMagnitudes] = [new Operators(new ReferenceBackend()), new Operators(new ReferenceBackend())];
    const values = convValues(geometry);
    const steep = { ...geometry, paddingValue: Math.abs(geometry.paddingValue) };
    const results = CONV_OPERATORS.map(async (operator) => {
      const [want] = await execute(reference, geometry, operator, values);
      const [magnitudes] = await execute(ofMagnitudes, steep, operator, absolute(values));
      return [operator, want, magnitudes] as const;
    });
    return { values, results: await Promise.all(results) };
  };
  const result = compute();
  computed.set(geometry, result);
  return result;
}

const MAX_POOL: Operator<'x'> = {
  name: 'maxPool',
  reads: ['x'],
  fills: (g) => [g.outShape, g.outShape],
  run: (on, g, { x }, [out, winners]) => on.maxPool(g, x, out, winners),
};

const MAX_POOL_GRADIENT: Operator<'gradient' | 'winners'> = {
  name: 'maxPoolGradient',
  reads: ['gradient', 'winners'],
  fills: (g) => [g.xShape],
  run: (on, g, { gradient, winners }, [out]) => on.maxPoolGradient(g, gradient, winners, out),
};

/** Upload, run into buffers full of NaN (so that a cell left out shows), read, free. */
async function execute<N extends Name>(backend: Operators, geometry: ConvGeometry, operator: Operator<N>, values: Values<N>): Promise<Float32Array[]> {
  const inputs = operator.reads.map((name) => [name, upload(backend, values[name])] as const);
  const outputs = operator.fills(geometry).map((shape) => outputOf(backend, shape));
  operator.run(backend, geometry, Object.fromEntries(inputs) as Record<N, DeviceBuffer>, outputs);
  const results = await Promise.all(outputs.map((out) => backend.read(out)));
  for (const [name, buffer] of inputs) {
    expect(await backend.read(buffer), `${operator.name} leaves its ${name} alone`).toEqual(values[name]);
    backend.free(buffer);
  }
  for (const buffer of outputs) backend.free(buffer);
  return results;
}

/** Convolution, pooling, convolution and the way back, as a network does it: every buffer allocated once, run twice. */
async function trainingStep(backend: Operators): Promise<{ first: Float32Array; second: Float32Array }> {
  const one = convGeometry([2, 1, 8, 9], [3, 1, 3, 3], { padding: 1 });
  const pool = poolGeometry(one.outShape, { kernelSize: 2 }, 'maxPool');
  const two = convGeometry(pool.outShape, [4, 3, 4, 4]);
  const values = { one: convValues(one), two: convValues(two) };
  const [x, k1, k2, bias] = [values.one.x, values.one.kernel, values.two.kernel, values.one.bias].map((data) => upload(backend, data));
  const [y1, y2, winners, y3] = [one.outShape, pool.outShape, pool.outShape, two.outShape].map((shape) => outputOf(backend, shape));
  const [dy2, dy1, dk1] = [pool.outShape, one.outShape, one.kernelShape].map((shape) => outputOf(backend, shape));
  const step = () => {
    backend.conv(one, x, k1, bias, y1);
    backend.maxPool(pool, y1, y2, winners);
    backend.conv(two, y2, k2, null, y3);
    backend.convInputGradient(two, y3, k2, dy2);
    backend.maxPoolGradient(pool, dy2, winners, dy1);
    backend.convKernelGradient(one, x, dy1, dk1);
    return backend.read(dk1);
  };
  const [first, second] = [await step(), await step()];
  for (const buffer of [x, k1, k2, bias, y1, y2, winners, y3, dy2, dy1, dk1]) backend.free(buffer);
  return { first, second };
}

function upload(backend: Operators, values: Float32Array): DeviceBuffer {
  const buffer = backend.allocate(values.length);
  backend.write(buffer, values);
  return buffer;
}

function outputOf(backend: Operators, shape: readonly number[]): DeviceBuffer {
  return upload(backend, new Float32Array(sizeOf(shape)).fill(Number.NaN));
}

export function convValues(geometry: ConvGeometry): Values<ConvName> {
  const random = new Random(1);
  const draw = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
  return { x: draw(geometry.xShape), kernel: draw(geometry.kernelShape), bias: draw([geometry.outChannels]), gradient: draw(geometry.outShape) };
}

/** Few different values, so that windows hold equals; negative ones, so that padding would win if it could. */
function poolValues(geometry: ConvGeometry): Float32Array {
  return convValues(geometry).x.map((value) => Math.round(2 * value) / 2 - 3);
}

export function absolute<N extends Name>(values: Values<N>): Values<N> {
  return Object.fromEntries(Object.entries<Float32Array>(values).map(([name, data]) => [name, data.map(Math.abs)])) as Values<N>;
}

/** Describes the worst value that lies beyond its tolerance; empty if none does. */
export function difference(got: Float32Array, want: Float32Array, magnitudes: Float32Array): string {
  if (got.length !== want.length) return `${got.length} values instead of ${want.length}`;
  let [worst, at] = [1, -1];
  for (let i = 0; i < want.length; i++) {
    const ratio = Math.abs(got[i] - want[i]) / tolerance(magnitudes[i]);
    if (!(ratio <= worst)) [worst, at] = [Number.isNaN(ratio) ? Infinity : ratio, i];
  }
  return at === -1 ? '' : `[${at}] is ${got[at]} instead of ${want[at]}: ${worst.toPrecision(3)} × the tolerance ${tolerance(magnitudes[at])}`;
}

function refuse(context: { skip: (note?: string) => void }, reason: string | undefined): void {
  if (reason === undefined) return;
  console.warn(`left out: ${reason}`);
  context.skip(reason);
}

/** Software GPUs compile for half a second a case: in CI each of two backends takes every second case, elsewhere all. @param first 0 or 1 */
export function shareOfGpu<C>(cases: readonly C[], first: 0 | 1): readonly C[] {
  return inject('isCI') ? cases.filter((_, i) => i % 2 === first) : cases;
}
