import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernelArgument } from '../../src/cli/filter/kernel-argument.js';
import { kernels } from '../../src/filters/catalogue/catalogue.js';
import {
  box,
  ConvlabError,
  createBackend,
  createImage,
  DataError,
  type FilterOptions,
  filter,
  filterTensor,
  formatKernel,
  gabor,
  gaborBank,
  gaussian,
  KERNEL_FORMATS,
  type KernelDocument,
  kernel2d,
  kernelFromAcf,
  kernelToAcf,
  OptionError,
  PADDING_MODES,
  parseKernel,
  pipeline,
  pipelineFromJSON,
  planFilter,
  sharpen,
  type Tensor,
  tensor,
  UnsupportedError,
} from '../../src/index.js';

const backend = await createBackend('reference');
const FORMAT = { width: 8, height: 8, channels: 1, samples: 'uint8' } as const;

/** A kernel that no door has looked at. */
const raw = (...weights: number[]): Tensor => ({ shape: [1, weights.length], data: Float32Array.from(weights) });

describe.each([1e39, -1e39, 3.5e38, 1e308])('the weight %s, which float32 has no number for, is refused', (weight) => {
  test.each<[string, () => unknown]>([
    ['kernel2d', () => kernel2d([[1, weight]])],
    ['a matrix', () => parseKernel(`${weight} 0 0`)],
    ['JSON rows', () => parseKernel(`[[${weight}]]`)],
    ['JSON with options', () => parseKernel(`{ "kernel": [[1, ${weight}]], "scale": 1e-30 }`)],
    ['ImageMagick', () => parseKernel(`2x1: 1,${weight}`)],
    ['SVG', () => parseKernel(`<feConvolveMatrix order="1" kernelMatrix="${weight}"/>`)],
    ['a custom filter', () => parseKernel(`${'0 0 0 0 0;'.repeat(4)}0 0 0 0 ${weight}; divisor 2`)],
    ['pipelineFromJSON', () => pipelineFromJSON({ version: 1, steps: [{ kernel: [[weight]] }] })],
    ['pipelineFromJSON, from text', () => pipelineFromJSON(`{ "version": 1, "steps": [{ "kernel": [[[1, ${weight}]]] }] }`)],
    ['pipeline', () => pipeline([tensor([[weight]])])],
    ['a step of a pipeline', () => pipeline([{ kernel: tensor([[[1]], [[weight]], [[1]]]), stride: 2 }])],
    ['planFilter', () => planFilter(FORMAT, [{ kernel: raw(weight) }], {}, backend)],
    ...KERNEL_FORMATS.map((format): [string, () => unknown] => [`formatKernel, ${format}`, () => formatKernel(raw(weight), format)]),
    ['kernelToAcf', () => kernelToAcf({ kernel: raw(weight) })],
  ])('%s', (_, make) => {
    expect(make).toThrow(DataError);
    expect(make).toThrow('a finite float32 number');
  });

  test('filter, filterTensor, the command line', async () => {
    await expect(filter(createImage(4, 4, 1), raw(1, weight), { backend })).rejects.toThrow(DataError);
    await expect(filterTensor(tensor([1, 2, 3]), tensor([1, weight]), { backend })).rejects.toThrow(
      'filterTensor: every weight of the kernel must be a finite float32 number, received',
    );
    await expect(kernelArgument(`1 ${weight}`)).rejects.toThrow('--kernel must be a kernel (matrix: every weight must be a finite float32 number');
  });
});

test('NaN in a kernel is refused where a weight that is too large is', async () => {
  expect(() => pipeline([raw(Number.NaN)])).toThrow(DataError);
  expect(() => formatKernel(raw(Number.NaN), 'json')).toThrow(DataError);
  await expect(filter(createImage(4, 4, 1), raw(Number.NaN), { backend })).rejects.toThrow(DataError);
});

test('a scale that makes a weight infinite is refused, where it is settled', async () => {
  const image = createImage(4, 4, 1);
  for (const [kernel, scale] of [[raw(1e20, 1), 1e20] as const, [sharpen(), 1e308] as const]) {
    for (const attempt of [filter(image, kernel, { scale, backend }), filterTensor(tensor([[1, 2]]), kernel, { scale, backend })]) {
      await expect(attempt).rejects.toThrow(OptionError);
      await expect(attempt).rejects.toThrow('scale must keep every weight a finite float32 number, received');
    }
    expect(() => pipeline([{ kernel, scale }])).toThrow(OptionError);
  }
  expect([...(await filterTensor(tensor([[1e-30]]), raw(1e30), { scale: 1e8, backend })).data]).toEqual([expect.closeTo(1e8, -3)]);
});

test.each<[string, FilterOptions]>([
  ['bias', { bias: 1e39 }],
  ['paddingValue', { paddingMode: 'constant', paddingValue: -1e39 }],
])('a %s that float32 has no number for is refused, too', async (name, options) => {
  await expect(filter(createImage(4, 4, 1), box(3), { ...options, backend })).rejects.toThrow(`filter: ${name} must be a finite float32 number, received`);
});

test('two kernels whose product float32 has no number for are not merged', async () => {
  const floats = createImage(3, 1, 1, Float32Array.of(0, 1e-36, 0));
  const twice = pipeline([{ kernel: raw(1e20) }, { kernel: raw(1e20) }], { output: 'float' });
  expect([...(await twice.apply(floats, { backend })).data]).toEqual([0, expect.closeTo(1e4, -1), 0]);
});

describe('kernels that are made have finite weights, or are refused', () => {
  const EXTREMES = [0, 5e-324, 1e-200, 1e-30, 1e-6, 0.05, 0.3, 0.5, 1, 2.5, 45, 150, 1e20, 1e38, 1e39, 1e200, 1e308, -1, -1e39, -1e308];

  test.each(Object.entries(kernels))('%s', (_, { make, parameters }) => {
    for (const [i, { name }] of parameters.entries()) {
      for (const value of EXTREMES) {
        const values = parameters.map((parameter) => parameter.default);
        values[i] = value;
        try {
          expect([name, value, make(...values).data.every(Number.isFinite)]).toEqual([name, value, true]);
        } catch (error) {
          if (!(error instanceof ConvlabError)) throw error;
        }
      }
    }
  });

  test('a bell that is narrower than a pixel is the pixel in the middle', () => {
    for (const sigma of [5e-324, 1e-170, 0.001, 0.01]) {
      expect([...gaussian(sigma).data]).toEqual([1]);
      expect([...gaussian(sigma, { size: 3 }).data]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
    }
  });

  test('the error names the operation', () => {
    expect(() => kernels.emboss.make(45, 1e39)).toThrow('emboss: every weight must be a finite float32 number, but these parameters produce');
    expect(() => gabor({ sigma: 1e-3 })).toThrow('gabor: sigma is too small for wavelength');
    expect(gaborBank({ aspect: 1e9, phase: 1e300 }).data.every(Number.isFinite)).toBe(true);
  });
});

describe('whatever is written can be read', () => {
  const weights = fc.oneof(
    { weight: 5, arbitrary: fc.float({ noNaN: true }) },
    { weight: 2, arbitrary: fc.constantFrom(3.4028234663852886e38, 1e-45, -0, 0, 1 / 3) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 1e39) },
  );
  const side = fc.integer({ min: 1, max: 6 });
  const matrices = fc
    .tuple(side, side)
    .chain(([height, width]) => fc.array(weights, { minLength: height * width, maxLength: height * width }).map((data) => tensor(data, [height, width])));
  const numbers = fc.oneof(fc.double(), fc.constantFrom(0, 1, -1, 0.1, 1e-310, 5e-324, 1.7e308, 1e39));
  const anchors = fc.oneof(fc.integer({ min: -1, max: 7 }), fc.tuple(fc.nat(6), fc.nat(6)), numbers);
  const documents = fc.record(
    {
      kernel: matrices,
      scale: fc.oneof(numbers, fc.constant('sum' as const)),
      bias: numbers,
      anchor: anchors,
      paddingMode: fc.constantFrom(...PADDING_MODES),
      flip: fc.boolean(),
      linear: fc.boolean(),
    },
    { requiredKeys: ['kernel'] },
  ) as fc.Arbitrary<KernelDocument>;

  /** What it gives, unless it is refused in our words. */
  function orRefused<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (error instanceof ConvlabError) return undefined;
      throw error;
    }
  }

  test.each(KERNEL_FORMATS)('formatKernel and parseKernel: %s', (format) => {
    let written = 0;
    fc.assert(
      fc.property(documents, (document) => {
        // few documents say nothing but what this format has words for
        for (const each of [document, { kernel: document.kernel }, { kernel: document.kernel, scale: document.scale, bias: document.bias }]) {
          const text = orRefused(() => formatKernel(each, format));
          if (text === undefined) continue;
          written++;
          const read = parseKernel(text);
          expect(orRefused(() => formatKernel(read, format))).toBeDefined();
          if (format !== 'custom' && !each.flip) expect(read.kernel.data.map((weight) => weight + 0)).toEqual(each.kernel.data.map((weight) => weight + 0));
        }
      }),
      { numRuns: 300 },
    );
    expect(written).toBeGreaterThan(10);
  });

  test('kernelToAcf and kernelFromAcf', () => {
    let written = 0;
    const whole = fc.array(fc.integer({ min: -32800, max: 32767 }), { minLength: 25, maxLength: 25 }).map((data) => tensor(data, [5, 5]));
    fc.assert(
      fc.property(
        fc.record({ kernel: fc.oneof(whole, matrices), scale: fc.oneof(numbers, fc.constantFrom(1, 0.5, 1 / 9, 1e9, 'sum' as const)) }),
        (document) => {
          const bytes = orRefused(() => kernelToAcf(document));
          if (bytes === undefined) return;
          written++;
          expect(Number.isFinite(kernelFromAcf(bytes).scale)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
    expect(written).toBeGreaterThan(3);
  });

  test('pipelines', () => {
    let written = 0;
    const named = fc.constantFrom(...Object.keys(kernels)).chain((kernel) =>
      fc.record(
        {
          kernel: fc.constant(kernel),
          parameters: fc.array(fc.oneof(numbers, fc.constant(undefined as never)), { maxLength: kernels[kernel].parameters.length }),
        },
        { requiredKeys: ['kernel'] },
      ),
    );
    const kernel = fc.oneof(
      matrices,
      matrices.map(({ shape, data }) => ({ shape: [1, ...shape], data })),
      matrices.map(({ shape, data }) => tensor([...data, ...data], [2, ...shape])),
    );
    const custom = fc.record(
      {
        kernel,
        scale: fc.oneof(numbers, fc.constant('sum' as const)),
        bias: numbers,
        anchor: anchors,
        stride: fc.integer({ min: 0, max: 3 }),
        flip: fc.boolean(),
      },
      { requiredKeys: ['kernel'] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(named, custom, kernel), { minLength: 1, maxLength: 2 }), (steps) => {
        const made = orRefused(() => pipeline(steps as never));
        if (made === undefined) return;
        written++;
        const again = pipelineFromJSON(JSON.stringify(made));
        expect(JSON.stringify(again)).toBe(JSON.stringify(made));
      }),
      { numRuns: 400 },
    );
    expect(written).toBeGreaterThan(10);
  });

  test('what a format cannot say, and what is no document, is refused', () => {
    for (const format of ['svg', 'custom'] as const) expect(() => formatKernel({ kernel: box(5), scale: 0 }, format)).toThrow(UnsupportedError);
    expect(() => formatKernel({ kernel: box(5), scale: 0 }, 'svg')).toThrow('the svg format stores the divisor 1 / scale, which is not a number for scale 0');
    expect(() => kernelToAcf({ kernel: kernel2d([[1]]), scale: 1e9 })).toThrow(UnsupportedError);
    expect(() => formatKernel({ kernel: box(3), bias: Number.NaN }, 'json')).toThrow(OptionError);
    expect(() => formatKernel({ kernel: box(3), anchor: 3 }, 'json')).toThrow('anchor must be a cell of the 3 × 3');
    expect(() => parseKernel('{ "kernel": [[1, 2]], "anchor": [0, 2] }')).toThrow('json: anchor must be a cell of the 1 × 2 kernel');
    expect(() =>
      formatKernel(
        tensor([
          [
            [1, 2],
            [3, 4],
          ],
        ]),
        'json',
      ),
    ).toThrow('kernel must be [kH, kW], received [1, 2, 2]');
    expect(() => formatKernel({ kernel: box(3), author: 'me' } as KernelDocument, 'json')).toThrow('author is not an option');
  });

  test("a custom filter divides by the sum where 'sum' does, and by 1 where the weights are meant to cancel out", () => {
    const edge = kernel2d([[0.1, 0.2, -0.3]]);
    expect(parseKernel(formatKernel({ kernel: edge, scale: 'sum' }, 'custom')).scale).toBe(1);
    expect(parseKernel(formatKernel({ kernel: kernel2d([[1, 2, 1]]), scale: 'sum' }, 'custom')).scale).toBe(0.25);
  });
});
