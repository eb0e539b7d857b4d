import { describe, expect, test } from 'vitest';
import { mergeSteps } from '../../src/filters/merge-steps.js';
import { placeSteps, type StepOptions } from '../../src/filters/step.js';
import {
  box,
  createImage,
  DataError,
  filter,
  IDENTITY,
  type Image,
  kernel2d,
  LAPLACIAN_4,
  OptionError,
  type Pipeline,
  pipeline,
  pipelineFromJSON,
  Random,
  ShapeError,
  SOBEL_X,
  sharpen,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';
import type { ConvGeometry } from '../../src/kernels/geometry.js';

const random = new Random(8);
const picture = (width = 13, height = 11, channels: Image['channels'] = 3) =>
  createImage(
    width,
    height,
    channels,
    Float32Array.from({ length: width * height * channels }, () => random.uniform()),
  );

/** Counts what goes to and fro. */
class Counting extends ReferenceBackend {
  writes = 0;
  reads = 0;
  allocated = 0;
  kernels: string[] = [];
  override write(...args: Parameters<ReferenceBackend['write']>) {
    this.writes++;
    super.write(...args);
  }
  override async read(...args: Parameters<ReferenceBackend['read']>) {
    this.reads++;
    return super.read(...args);
  }
  override allocate(length: number) {
    this.allocated++;
    return super.allocate(length);
  }
  override conv(geometry: ConvGeometry, ...rest: [never, never, never, never]) {
    this.kernels.push(geometry.kernel.slice(1).join('×'));
    super.conv(geometry, ...rest);
  }
}

const close = (got: Image, expected: Image) => {
  expect({ ...got, data: 0 }).toEqual({ ...expected, data: 0 });
  expect([...got.data]).toEqual(Array.from(expected.data, (value) => expect.closeTo(value, 5)));
};
const backend = new ReferenceBackend();
const small = picture(7, 5, 1);

describe('apply', () => {
  test('one kernel after the other, neither rounded nor limited in between', async () => {
    const image = createImage(3, 1, 1, Uint8ClampedArray.of(200, 201, 3));
    const both = pipeline([kernel2d([[-2]]), { kernel: kernel2d([[-1]]), scale: 0.5, bias: 1 }]);
    expect([...(await both.apply(image, { backend })).data]).toEqual([201, 202, 4]);
  });

  test('the same as filters in turn on floats', async () => {
    const image = picture();
    const steps = [
      { kernel: box(3), stride: 2 },
      { kernel: 'sharpen', parameters: [0.3], paddingMode: 'zero' },
      { kernel: SOBEL_X, padding: 'full', bias: 0.1 },
    ] as const;
    let expected = image;
    for (const { kernel, ...options } of [steps[0], { kernel: sharpen(0.3), paddingMode: 'zero' }, steps[2]] as const) {
      expected = await filter(expected, kernel, { ...options, backend, output: 'float' });
    }
    close(await pipeline(steps, { output: 'float' }).apply(image, { backend }), expected);
  });

  test.each<StepOptions>([
    { stride: [2, 3] },
    { dilation: 2 },
    { padding: 'valid' },
    { paddingMode: 'wrap' },
    { paddingMode: 'constant', paddingValue: 0.7 },
    { anchor: [0, 2] },
    { flip: true },
    { scale: 'sum' },
    { bias: 0.3 },
  ])('a step with %j is filter with the same', async (options) => {
    const kernel = kernel2d([
      [0, 1, 3],
      [2, 0, 1],
    ]);
    const apply = (step: StepOptions) => pipeline([{ kernel, ...step }], { output: 'float' }).apply(small, { backend });
    expect(await apply(options)).toEqual(await filter(small, kernel, { ...options, output: 'float', backend }));
    expect(await apply(options)).not.toEqual(await apply({}));
    if (options.paddingValue) expect(await apply(options)).not.toEqual(await apply({ paddingMode: 'constant' }));
  });

  test('the picture goes up once and comes down once, and two buffers in between do for any number of steps', async () => {
    const counting = new Counting();
    const steps = Array.from({ length: 6 }, () => ({ kernel: 'sharpen', paddingMode: 'replicate' as const }));
    await pipeline(steps).apply(picture(), { backend: counting });
    const kernels = counting.kernels.length;
    expect(kernels).toBe(6);
    expect([counting.reads, counting.writes]).toEqual([1, 1 + kernels]);
    expect(counting.allocated).toBe(1 + kernels + 1 + 2); // x, kernels, result, and two between
  });

  test('options around: channels, alpha, linear, output, region, mask', async () => {
    const image = createImage(
      9,
      8,
      4,
      Uint8ClampedArray.from({ length: 288 }, () => random.integer(256)),
    );
    const region = { x: 2, y: 1, width: 5, height: 6, feather: 2 };
    const mask = createImage(
      9,
      8,
      1,
      Uint8ClampedArray.from({ length: 72 }, () => random.integer(256)),
    );
    for (const options of [{ channels: 'luminance' }, { alpha: 'ignore' }, { alpha: 'premultiply', linear: true }, { output: 'signed' }] as const) {
      const one = await pipeline(['box'], options).apply(image, { backend, region, mask });
      expect(one).toEqual(await filter(image, box(3), { ...options, region, mask, backend }));
    }
  });

  test('a region sees as far as all kernels together reach', async () => {
    const image = picture(20, 18);
    const twice = pipeline(['box', { kernel: 'box', parameters: { n: 5 } }, LAPLACIAN_4], { output: 'float' });
    const [whole, part] = [await twice.apply(image, { backend }), await twice.apply(image, { backend, region: { x: 9, y: 8, width: 1, height: 1 } })];
    const at = (8 * 20 + 9) * 3;
    expect([...part.data.subarray(at, at + 3)]).toEqual([...whole.data.subarray(at, at + 3)].map((value) => expect.closeTo(value, 6)));
    expect(part.data[at + 3]).toBe(image.data[at + 3]);
  });

  test('premultiplied steps in a row are what single ones give, bias and constant border included', async () => {
    const image = picture(8, 7, 4);
    const options = { paddingMode: 'constant', paddingValue: 0.4, scale: 0.9, bias: 0.1, alpha: 'premultiply' } as const;
    const { alpha, ...step } = options;
    const single = await filter(await filter(image, box(3), { ...options, backend, output: 'float' }), box(2), { ...options, backend, output: 'float' });
    close(
      await pipeline(
        [
          { kernel: box(3), ...step },
          { kernel: box(2), ...step },
        ],
        { alpha, output: 'float' },
      ).apply(image, { backend }),
      single,
    );
  });
});

describe('merging', () => {
  const ROW = kernel2d([[1, 2, 1]]);
  const SKEW = kernel2d([[1, 2, -5]]);
  const LONG = kernel2d([[3, 0, 0, 1, 2]]);
  const merged = (steps: readonly (StepOptions & { kernel: Tensor })[], approximate = false, shape = [1, 1, 11, 13]) => {
    const placed = placeSteps('pipeline', shape, steps);
    return mergeSteps(placed, approximate).map(({ kernel }) => kernel.shape.join('×'));
  };

  test.each<[string, (StepOptions & { kernel: Tensor })[], string[]]>([
    [
      'wrap and wrap',
      [
        { kernel: SKEW, paddingMode: 'wrap' },
        { kernel: LONG, paddingMode: 'wrap', bias: 0.2 },
      ],
      ['1×7'],
    ],
    ['reflect, the first one mirrored', [{ kernel: ROW, bias: 0.1 }, { kernel: LONG }], ['1×7']],
    ['reflect, the first one skew', [{ kernel: SKEW }, { kernel: ROW }], ['1×3', '1×3']],
    [
      'symmetric, the first one mirrored',
      [
        { kernel: ROW, paddingMode: 'symmetric' },
        { kernel: SKEW, paddingMode: 'symmetric', flip: true },
      ],
      ['1×5'],
    ],
    ['reflect, too wide together', [{ kernel: box(1), scale: 2 }, { kernel: LONG }, { kernel: LONG }], ['1×5', '1×5']],
    ['reflect and wrap', [{ kernel: ROW }, { kernel: ROW, paddingMode: 'wrap' }], ['1×3', '1×3']],
    [
      'zero and zero',
      [
        { kernel: ROW, paddingMode: 'zero' },
        { kernel: ROW, paddingMode: 'zero' },
      ],
      ['1×3', '1×3'],
    ],
    [
      'zero and zero, nothing cut off',
      [
        { kernel: ROW, padding: 'full', paddingMode: 'zero' },
        { kernel: SKEW, paddingMode: 'zero' },
      ],
      ['1×5'],
    ],
    [
      'the same with a bias',
      [
        { kernel: ROW, padding: 'full', paddingMode: 'zero', bias: 1 },
        { kernel: SKEW, paddingMode: 'zero' },
      ],
      ['1×3', '1×3'],
    ],
    [
      'replicate and replicate',
      [
        { kernel: ROW, paddingMode: 'replicate' },
        { kernel: ROW, paddingMode: 'replicate' },
      ],
      ['1×3', '1×3'],
    ],
    [
      'replicate after a single weight',
      [
        { kernel: kernel2d([[3]]), bias: 0.5 },
        { kernel: SKEW, paddingMode: 'replicate' },
      ],
      ['1×3'],
    ],
    ['constant after a single weight', [{ kernel: kernel2d([[3]]) }, { kernel: SKEW, paddingMode: 'constant', paddingValue: 1 }], ['1×1', '1×3']],
    [
      'any border, then valid',
      [
        { kernel: SKEW, paddingMode: 'replicate' },
        { kernel: LONG, padding: 'valid' },
      ],
      ['1×7'],
    ],
    ['a stride behind', [{ kernel: ROW }, { kernel: SKEW, stride: 2 }], ['1×5']],
    ['a stride in front', [{ kernel: ROW, stride: 2 }, { kernel: SKEW }], ['1×3', '1×3']],
    ['dilation', [{ kernel: ROW, dilation: 2 }, { kernel: SKEW }], ['1×3', '1×3']],
    [
      'a row and a column, long: dearer as one',
      [{ kernel: box(1) }, { kernel: kernel2d([Array(9).fill(1)]) }, { kernel: kernel2d(Array(9).fill([1])) }],
      ['1×9', '9×1'],
    ],
    ['three in a row', [{ kernel: ROW }, { kernel: ROW }, { kernel: ROW }], ['1×7']],
    ['one kernel for one channel', [{ kernel: tensor([[[1, 2, 1]]]) }, { kernel: ROW }], ['1×5']],
  ])('%s', async (_, steps, expected) => {
    expect(merged(steps)).toEqual(expected);
    // and whatever was merged, the result is that of the single filters
    let single = picture(13, 11, 1);
    const whole = await pipeline(steps, { output: 'float' }).apply(single, { backend });
    for (const { kernel, ...options } of steps) single = await filter(single, kernel, { ...options, backend, output: 'float' });
    close(whole, single);
  });

  test('kernels for each channel are not merged, unless they are equal', () => {
    const [different, equal] = [tensor([[[1, 2, 1]], [[1, 2, 3]]]), tensor([[[1, 2, 1]], [[1, 2, 1]]])];
    expect(merged([{ kernel: different }, { kernel: ROW }], false, [1, 2, 11, 13])).toEqual(['2×1×3', '1×3']);
    expect(merged([{ kernel: equal }, { kernel: ROW }], false, [1, 2, 11, 13])).toEqual(['1×5']);
  });

  test('reflect that together would be wider than the picture stays apart', () => {
    expect(merged([{ kernel: ROW }, { kernel: ROW }], false, [1, 1, 3, 2])).toEqual(['1×3', '1×3']);
    expect(merged([{ kernel: ROW }, { kernel: ROW }], false, [1, 1, 3, 3])).toEqual(['1×5']);
  });

  test("borders 'approximate' merges more, and only the border differs", async () => {
    const image = picture(13, 11, 1);
    const steps = [{ kernel: SKEW }, { kernel: ROW }];
    const counting = new Counting();
    const exact = await pipeline(steps, { output: 'float' }).apply(image, { backend });
    const near = await pipeline(steps, { output: 'float', borders: 'approximate' }).apply(image, { backend: counting });
    expect(counting.kernels).toEqual(['1×5']);
    const differs = [...near.data].map((value, i) => Math.abs(value - exact.data[i]) > 1e-4);
    expect(differs.some(Boolean)).toBe(true);
    differs.forEach((different, i) => {
      if (different) expect([0, 12]).toContain(i % 13);
    });
  });
});

describe('JSON', () => {
  const saved = pipeline(
    [
      { kernel: 'sharpen', parameters: { strength: 0.5 } },
      { kernel: 'box', parameters: [5], paddingMode: 'constant', paddingValue: 3, stride: [1, 2] },
      {
        kernel: kernel2d([
          [0.1, 0.2],
          [0.3, 0.4],
        ]),
        scale: 'sum',
        flip: true,
        anchor: 0,
        padding: 'same',
      },
      tensor([[[1]], [[2]], [[3]]]),
    ],
    { channels: 'rgb', linear: true, output: '16bit', borders: 'approximate' },
  );

  test('there and back, by text and by value', async () => {
    const again: Pipeline = pipelineFromJSON(JSON.stringify(saved));
    expect(again.steps).toEqual(saved.steps);
    expect(again.options).toEqual(saved.options);
    expect(pipelineFromJSON(saved.toJSON()).steps).toEqual(saved.steps);
    const image = picture();
    expect(await again.apply(image, { backend })).toEqual(await saved.apply(image, { backend }));
  });

  const plain = { version: 1, steps: [{ kernel: 'box' }] };
  test.each<[string, unknown, string]>([
    ['no JSON', '{', 'json must be a pipeline'],
    ['nothing', 'null', 'options must be an object, received null'],
    ['another version', { ...plain, version: 2 }, 'version must be 1, received 2'],
    ['no steps', { version: 1 }, 'steps must be a list, received undefined'],
    ['an empty list', { ...plain, steps: [] }, 'at least one step'],
    ['an unknown field', { ...plain, author: 'me' }, 'author is not an option'],
    ['__proto__', '{"version":1,"steps":[{"kernel":"box"}],"__proto__":{"x":1}}', '__proto__ is not an option'],
    ['__proto__ in a step', '{"version":1,"steps":[{"kernel":"box","__proto__":{"stride":2}}]}', '__proto__ is not an option'],
    ['__proto__ in the options', '{"version":1,"steps":[{"kernel":"box"}],"options":{"__proto__":{}}}', '__proto__ is not an option'],
    ['__proto__ in the parameters', '{"version":1,"steps":[{"kernel":"box","parameters":{"__proto__":5}}]}', '__proto__ is not an option'],
    ['__proto__ for a name', { ...plain, steps: [{ kernel: '__proto__' }] }, 'kernel must be the name of a kernel, '],
    ['constructor for a name', { ...plain, steps: [{ kernel: 'constructor' }] }, 'kernel must be the name of a kernel, '],
    ['an unknown parameter', { ...plain, steps: [{ kernel: 'box', parameters: { m: 3 } }] }, 'm is not an option'],
    ['too many parameters', { ...plain, steps: [{ kernel: 'box', parameters: [3, 4] }] }, 'parameters must be at most those of box (n), received [3, 4]'],
    ['a bad parameter', { ...plain, steps: [{ kernel: 'box', parameters: ['a'] }] }, 'n must be an integer'],
    ['parameters without a name', { ...plain, steps: [{ kernel: [[1]], parameters: [1] }] }, 'requires a kernel of the catalogue'],
    [
      'weights that are not numbers',
      { ...plain, steps: [{ kernel: [[1, 'x']] }] },
      'must be a list of rows of weights, each a finite float32 number, received "x"',
    ],
    ['uneven rows', { ...plain, steps: [{ kernel: [[1, 2], [3]] }] }, 'rows must have equal shapes'],
    ['a kernel too deep', { ...plain, steps: [{ kernel: [[[[1]]]] }] }, 'must be a list of rows of weights, each a finite float32 number'],
    ['a flat kernel', { ...plain, steps: [{ kernel: [1, 2] }] }, 'kernel must be [kH, kW]'],
    ['no kernel', { ...plain, steps: [{ stride: 2 }] }, 'kernel must be a name, a list of rows'],
    ['a bad step option', { ...plain, steps: [{ kernel: 'box', stride: 0 }] }, 'stride must be an integer ≥ 1'],
    ['a bad option', { ...plain, options: { output: 'jpeg' } }, 'output must be one of clamp'],
    ['a bad step', { ...plain, steps: [null] }, 'options must be an object'],
  ])('%s is refused', (_, json, message) => {
    expect(() => pipelineFromJSON(json)).toThrow(DataError);
    expect(() => pipelineFromJSON(json)).toThrow(message);
  });
});

test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
  ['an unknown option', () => pipeline(['box'], { gamma: 2 } as never), OptionError, 'pipeline: gamma is not an option'],
  ['an option of a step', () => pipeline([{ kernel: 'box', output: 'abs' } as never]), OptionError, 'pipeline: output is not an option'],
  ['alpha', () => pipeline(['box'], { alpha: 'x' as never }), OptionError, 'pipeline: alpha must be one of'],
  ['linear', () => pipeline(['box'], { linear: 'yes' as never }), OptionError, 'pipeline: linear must be true or false'],
  ['borders', () => pipeline(['box'], { borders: 'nice' as never }), OptionError, 'pipeline: borders must be one of exact, approximate'],
  ['an operation', () => pipeline(['canny']), OptionError, 'pipeline: kernel must be a single kernel, but canny uses several'],
  ['no kernel', () => pipeline([{ kernel: 1 } as never]), ShapeError, 'pipeline: kernel must be [kH, kW]'],
])('%s is refused when the pipeline is made', (_, make, kind, message) => {
  expect(make).toThrow(kind);
  expect(make).toThrow(message);
});

test('apply refuses what it does not know', async () => {
  await expect(pipeline(['box']).apply(picture(), { output: 'abs' } as never)).rejects.toThrow('pipeline: output is not an option');
  await expect(pipeline(['box'], { channels: [3] }).apply(picture())).rejects.toThrow('pipeline: channels must be');
});

test('a pipeline does not change when what it was made of does', async () => {
  const kernel = kernel2d([[1]]);
  const kept = pipeline([kernel, { kernel }]);
  kernel.data[0] = 0;
  const image = picture();
  expect(await kept.apply(image, { backend })).toEqual(await filter(image, IDENTITY, { backend }));
});
