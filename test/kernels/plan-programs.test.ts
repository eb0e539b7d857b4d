import { afterAll, describe, expect, test } from 'vitest';
import { type Backend, type ConvGeometry, createBackend, Random } from '../../src/index.js';
import type { ConvProgram } from '../../src/kernels/job.js';
import { Operators } from '../../src/kernels/operators.js';
import { sizeOf } from '../../src/tensor.js';
import { CONV_CASES } from '../conformance/cases.js';
import { absolute, convValues, difference } from '../conformance/suite.js';

// The programs that the plan may use instead of `direct`, against the reference: the whole table of convolutions.

type Values = ReturnType<typeof convValues>;

const reference = await createBackend('reference');
const wasm = await createBackend('wasm');
afterAll(() => wasm.dispose());

async function run(backend: Backend, program: ConvProgram, geometry: ConvGeometry, { x, kernel, bias }: Pick<Values, 'x' | 'kernel' | 'bias'>) {
  const inputs = [x, kernel, bias].map((values) => {
    const buffer = backend.allocate(values.length);
    backend.write(buffer, values);
    return buffer;
  });
  const out = backend.allocate(sizeOf(geometry.outShape));
  backend.write(out, new Float32Array(out.length).fill(Number.NaN));
  const [px, pk, pb] = inputs;
  const on = new Operators(backend);
  on.conv(geometry, px, pk, pb, out, program);
  on.release();
  const read = await backend.read(out);
  for (const buffer of [...inputs, out]) backend.free(buffer);
  return read;
}

async function compare(program: ConvProgram, geometry: ConvGeometry, values: Values): Promise<string> {
  const magnitudes = await run(reference, 'direct', { ...geometry, paddingValue: Math.abs(geometry.paddingValue) }, absolute(values));
  return difference(await run(wasm, program, geometry, values), await run(reference, 'direct', geometry, values), magnitudes);
}

describe('wasm, sparse', () => {
  test.each(CONV_CASES)('$name', async ({ geometry }) => {
    const random = new Random(2);
    const values = convValues(geometry);
    expect(await compare('sparse', geometry, values), 'dense').toBe('');
    const kernel = values.kernel.map((weight) => (random.uniform() < 0.6 ? 0 : weight));
    expect(await compare('sparse', geometry, { ...values, kernel }), 'sparse').toBe('');
    expect(await compare('sparse', geometry, { ...values, kernel: kernel.fill(0) }), 'all zero').toBe('');
  });
});

describe('wasm, running sums', () => {
  const boxes = CONV_CASES.filter(({ geometry }) => geometry.kernelShape[1] === 1);

  test.each(boxes)('$name', async ({ geometry }) => {
    const values = convValues(geometry);
    const size = sizeOf(geometry.kernel);
    const kernel = values.kernel.map((_, i, all) => all[i - (i % size)]);
    expect(await compare('runningSum', geometry, { ...values, kernel })).toBe('');
  });
});

describe('wasm, FFT', () => {
  test.each(CONV_CASES)('$name', async ({ geometry }) => {
    const values = convValues(geometry);
    const largest = (data: Float32Array) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const magnitudes = largest(await run(reference, 'direct', { ...geometry, paddingValue: Math.abs(geometry.paddingValue) }, absolute(values)));
    const [got, want] = [await run(wasm, 'fft', geometry, values), await run(reference, 'direct', geometry, values)];
    expect(largest(got.map((value, i) => value - want[i])) / magnitudes).toBeLessThan(1e-6);
  });
});
