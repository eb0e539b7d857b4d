import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  ALGORITHMS,
  type Backend,
  type ConvOptions,
  conv,
  convGeometry,
  createBackend,
  createImage,
  filter,
  filterTensor,
  full,
  PADDING_MODES,
  pipeline,
  Random,
  type Tensor,
} from '../../src/index.js';
import { Operators } from '../../src/kernels/operators.js';
import { cutIntoBlocks, type Range } from '../../src/kernels/plan/blocks.js';
import { planConv } from '../../src/kernels/plan/plan-conv.js';
import { runPlan } from '../../src/kernels/run-plan.js';
import { sizeOf } from '../../src/tensor.js';

const reference = await createBackend('reference');
const wasm = await createBackend('wasm', { threads: 1 });
afterAll(() => wasm.dispose());

/** Small integers: float32 sums of their products are exact. */
const whole = (shape: readonly number[], seed: number): Tensor => {
  const generator = new Random(seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => generator.integer(19) - 9) };
};

/** Kernels that some algorithm likes, `[Cout, Cin / groups, ...k]`. */
const kernelOf = (kind: 'dense' | 'product' | 'box', shape: readonly number[], seed: number): Tensor => {
  if (kind === 'dense') return whole(shape, seed);
  if (kind === 'box') return full(shape, 3);
  const parts = shape.map((n, axis) => whole([n], seed + axis).data);
  const kernel = full(shape);
  kernel.data.forEach((_, i) => {
    let [value, rest] = [1, i];
    for (let axis = shape.length - 1; axis >= 2; axis--) {
      value *= parts[axis][rest % shape[axis]];
      rest = Math.floor(rest / shape[axis]);
    }
    kernel.data[i] = value;
  });
  return kernel;
};

describe('a convolution in blocks', () => {
  const cases = (paddingMode: (typeof PADDING_MODES)[number]) =>
    fc.integer({ min: 1, max: 3 }).chain((rank) => {
      const perAxis = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: rank, maxLength: rank });
      const kernel = perAxis(fc.integer({ min: 1, max: 5 }));
      return fc.record({
        batch: fc.integer({ min: 1, max: 3 }),
        groups: fc.integer({ min: 1, max: 3 }),
        cinPerGroup: fc.constantFrom(1, 1, 1, 2),
        coutPerGroup: fc.integer({ min: 1, max: 2 }),
        input: perAxis(fc.integer({ min: 4, max: rank === 3 ? 12 : rank === 2 ? 40 : 200 })),
        kernel,
        anchored: fc.boolean(),
        stride: perAxis(fc.integer({ min: 1, max: 3 })),
        dilation: perAxis(fc.integer({ min: 1, max: 3 })),
        padding: fc.oneof(fc.constantFrom('valid' as const, 'full' as const, 'same' as const), perAxis(fc.tuple(fc.nat(3), fc.nat(3)))),
        paddingMode: fc.constant(paddingMode),
        paddingValue: fc.constantFrom(...(paddingMode === 'constant' ? [0, 2, -3] : [undefined])),
        flip: fc.boolean(),
        kind: fc.constantFrom('dense' as const, 'product' as const, 'box' as const),
        most: fc.integer({ min: 1, max: 600 }),
        seed: fc.nat(1000),
      });
    });

  test.each(PADDING_MODES)("is that of the whole: '%s', by every algorithm", { timeout: 300_000 }, async (mode) => {
    const cuts = new Set<number>();
    const ways = new Set<string>();
    const property = fc.asyncProperty(
      cases(mode),
      async ({ batch, groups, cinPerGroup, coutPerGroup, input, kernel: window, anchored, kind, most, seed, ...options }) => {
        const x = whole([batch, groups * cinPerGroup, ...input], seed);
        const kernel = kernelOf(kind, [groups * coutPerGroup, cinPerGroup, ...window], seed + 1);
        const bias = whole([groups * coutPerGroup], seed + 2);
        const anchor = anchored && options.padding === 'same' ? window.map((k) => k - 1) : undefined;
        const placement: ConvOptions = { ...options, groups, anchor };
        fc.pre(fits(x, kernel, placement));
        const want = await conv(x, kernel, { ...placement, bias, backend: reference });
        const scale = Math.max(1, ...want.data.map(Math.abs)) + 81 * kernel.data.length;
        for (const backend of [wasm, reference]) {
          const on = new Operators(backend);
          const geometry = convGeometry(x.shape, kernel.shape, placement);
          for (const { algorithm, possible } of planConv(kernel, geometry, backend).alternatives) {
            if (!possible) continue;
            const plan = planConv(kernel, geometry, backend, algorithm);
            const blocks = cutIntoBlocks(geometry, plan.passes, most);
            const got = await runPlan(plan, x, bias, on, {}, blocks);
            expect(got.shape).toEqual(want.shape);
            const worst = got.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - want.data[i])), 0);
            expect(worst, `${algorithm} on ${backend.name}`).toBeLessThanOrEqual(algorithm === 'fft' || algorithm === 'separable' ? 4e-6 * scale : 0);
            if (!blocks) continue;
            ways.add(algorithm);
            const lengths = [geometry.batch, geometry.outChannels, ...geometry.output];
            for (const { given } of blocks) {
              for (const [axis, [from, to]] of given.entries()) if (to - from < lengths[axis]) cuts.add(axis);
            }
          }
          on.release();
        }
      },
    );
    await fc.assert(property, { seed: 11, numRuns: 80 });
    expect([...ways].sort()).toEqual([...ALGORITHMS].sort());
    expect([...cuts].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  function fits(x: Tensor, kernel: Tensor, options: ConvOptions): boolean {
    try {
      return convGeometry(x.shape, kernel.shape, options) !== undefined;
    } catch {
      return false;
    }
  }
});

describe('where it is cut', () => {
  const cut = (xShape: readonly number[], kernelShape: readonly number[], options: ConvOptions = {}, most?: number) => {
    const geometry = convGeometry(xShape, kernelShape, options);
    return cutIntoBlocks(geometry, planConv(full(kernelShape, 1), geometry, wasm, 'direct').passes, most);
  };
  const values = (ranges: readonly Range[]) => ranges.reduce((size, [from, to]) => size * (to - from), 1);

  test('not at all where input and result hold 2²⁵ values together', () => {
    expect(cut([1, 1, 256, 256, 256], [1, 1, 1, 1, 1])).toBeUndefined();
    expect(cut([1, 1, 257, 256, 256], [1, 1, 1, 1, 1])).toHaveLength(2);
  });

  test('between slices of a volume, whose neighbors each block sees', () => {
    const blocks = cut([1, 1, 10, 4, 4], [1, 1, 3, 3, 3], { padding: 'same', paddingMode: 'reflect' }, 200) ?? [];
    expect(blocks.map(({ seen, given }) => [seen[2], given[2]])).toEqual([
      [
        [-1, 5],
        [0, 4],
      ],
      [
        [3, 9],
        [4, 8],
      ],
      [
        [7, 11],
        [8, 10],
      ],
    ]);
    expect(blocks[0].passes[0].geometry).toMatchObject({ input: [6, 4, 4], before: [0, 1, 1], after: [0, 1, 1], output: [4, 4, 4] });
  });

  test('between items and groups first', () => {
    const given = (shape: number[], kernel: number[], groups: number, most: number) =>
      cut(shape, kernel, { groups }, most)?.map((block) => block.given.slice(0, 2));
    expect(given([5, 2, 10], [2, 1, 1], 2, 80)).toEqual([
      [
        [0, 2],
        [0, 2],
      ],
      [
        [2, 4],
        [0, 2],
      ],
      [
        [4, 5],
        [0, 2],
      ],
    ]);
    expect(given([1, 4, 10], [8, 2, 1], 2, 60)).toEqual([
      [
        [0, 1],
        [0, 4],
      ],
      [
        [0, 1],
        [4, 8],
      ],
    ]);
  });

  test.each([
    ['a volume of 768³', [1, 1, 768, 768, 768], [1, 1, 3, 3, 3]],
    ['slices of 20,000 × 20,000', [1, 1, 3, 20_000, 20_000], [1, 1, 3, 5, 5]],
    ['a signal of 10⁹', [1, 1, 1e9], [1, 1, 101]],
    ['a million signals', [1e6, 1, 1000], [1, 1, 9]],
    ['a wide window', [1, 3, 9000, 9000], [3, 1, 1001, 1]],
  ])('%s: into blocks of at most 2²⁵ values that give every cell once', (_, xShape, kernelShape) => {
    const blocks = cut(xShape, kernelShape, { padding: 'same', groups: kernelShape[0] }) ?? [];
    for (const { seen, given } of blocks) expect(values(seen) + values(given)).toBeLessThanOrEqual(2 ** 25);
    expect(blocks.reduce((sum, { given }) => sum + values(given), 0)).toBe(sizeOf(xShape));
  });
});

describe('calls on more than 2²⁵ values', () => {
  /** wasm without programs for images, which go over planes; and the largest buffer that was asked for. */
  let largest = 0;
  const { name, device } = wasm;
  const watched: Backend = {
    ...{ name, device, abilities: { ...wasm.abilities, pictures: [] } },
    allocate(length) {
      largest = Math.max(largest, length);
      return wasm.allocate(length);
    },
    write: (buffer, values) => wasm.write(buffer, values),
    read: (buffer) => wasm.read(buffer),
    free: (buffer) => wasm.free(buffer),
    prepare: (job) => wasm.prepare(job),
    run: (executable, inputs, outputs, parameters) => wasm.run(executable, inputs, outputs, parameters),
    release: (executable) => wasm.release(executable),
    dispose: () => wasm.dispose(),
  };
  const [height, width] = [4200, 4100];
  const right = (data: ArrayLike<number>, expected: (y: number, x: number) => number) => {
    for (let y = 0; y < height; y += 41) for (let x = y % 7; x < width; x += 53) expect(data[y * width + x]).toBe(expected(y, x));
  };
  const cells = Float32Array.from({ length: height * width }, (_, i) => Math.floor(i / width) + (i % width));

  test.each<[string, () => Promise<ArrayLike<number>>]>([
    [
      'conv',
      async () =>
        (await conv({ shape: [1, 1, height, width], data: cells }, full([1, 1, 1, 3], 1), { padding: 'same', paddingMode: 'wrap', backend: watched })).data,
    ],
    [
      'filterTensor',
      async () => (await filterTensor({ shape: [height, width], data: cells }, full([1, 3], 1), { paddingMode: 'wrap', backend: watched })).data,
    ],
    [
      'filter',
      async () => (await filter(createImage(width, height, 1, cells), full([1, 3], 1), { paddingMode: 'wrap', output: 'float', backend: watched })).data,
    ],
  ])('%s: the backend holds a part at a time', async (_, call) => {
    largest = 0;
    right(await call(), (y, x) => 3 * y + ((x + width - 1) % width) + x + ((x + 1) % width));
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(0.6 * height * width);
  });

  test('steps of a pipeline one after the other', async () => {
    const image = createImage(width, height, 1, cells);
    const [shift, double] = [full([1, 3]), full([1, 1], 2)];
    shift.data[0] = 1;
    largest = 0;
    const steps = [
      { kernel: shift, paddingMode: 'zero', bias: 5, algorithm: 'direct' },
      { kernel: double, algorithm: 'direct' },
    ] as const;
    const { data } = await pipeline(steps, { output: 'float' }).apply(image, { backend: watched });
    right(data, (y, x) => 2 * ((x === 0 ? 0 : y + x - 1) + 5));
    expect(largest).toBeLessThan(0.6 * height * width);
  });
});
