// biome-ignore-all format: matrices are laid out as matrices
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  ALGORITHMS, type Algorithm, type Backend, box, type ConvOptions, type ConvPlan, conv, convGeometry, createBackend, createImage, type ExplainOptions, explain, filter, full, gaussian3d, kernel2d, OptionError,
  PADDING_MODES, Random, ShapeError, type Tensor, tensor,
} from '../../src/index.js';
import { planConv } from '../../src/kernels/plan/plan-conv.js';
import { sizeOf } from '../../src/tensor.js';

const reference = await createBackend('reference');
const wasm = await createBackend('wasm');
afterAll(() => wasm.dispose());
/** A backend that has no programs but those of every backend; plans are made for it, nothing runs. */
const bare = { name: 'gpu', device: 'none', abilities: { programs: ['direct'], pictures: [] } } as unknown as Backend;

/** [C, 1, kH, kW] for a depthwise filter. */
const shared = (kernel: Tensor, channels: number): Tensor => ({
  shape: [channels, 1, ...kernel.shape],
  data: Float32Array.from({ length: channels * kernel.data.length }, (_, i) => kernel.data[i % kernel.data.length]),
});
const outer = (column: readonly number[], row: readonly number[]) => kernel2d(column.map((a) => row.map((b) => a * b)));
const random = (shape: readonly number[], seed: number): Tensor => {
  const generator = new Random(seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => generator.normal()) };
};
const gaussian = (sigma: number, r = Math.ceil(3 * sigma)) => Array.from({ length: 2 * r + 1 }, (_, i) => Math.exp(-((i - r) ** 2) / (2 * sigma ** 2)));
const diagonal = (n: number) => kernel2d(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 / n : 0))));
const RANK_TWO = outer([1, 2, 1], [1, 0, -1]).data.map((v, i) => v + outer([1, 0, -1], [3, 1, 2]).data[i]);

/** What `plan` chooses for a filter on three channels. */
const choose = (kernel: Tensor, size: readonly number[], backend = wasm, options: ConvOptions = {}) =>
  planConv(shared(kernel, 3), convGeometry([1, 3, ...size], [3, 1, ...kernel.shape], { padding: 'same', groups: 3, ...options }), backend);

describe('the choice', () => {
  test.each<[string, Tensor, Algorithm]>([
    ['3×3 sharpen', kernel2d([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]), 'direct'],
    ['a dense 7×7', random([7, 7], 1), 'direct'],
    ['a line across 31×31', diagonal(31), 'sparse'],
    ['a Gaussian', outer(gaussian(2), gaussian(2)), 'separable'],
    ['a box', box(15), 'runningSum'],
    ['a dense 31×31', random([31, 31], 2), 'fft'],
  ])('%s on a photo: %s', (_, kernel, algorithm) => {
    expect(choose(kernel, [1080, 1920]).algorithm).toBe(algorithm);
  });

  test('a backend without a program is not offered it: a box goes separable, a dense kernel direct', () => {
    const boxed = choose(box(15), [1080, 1920], bare);
    expect(boxed.algorithm).toBe('separable');
    expect(boxed.alternatives).toContainEqual({
      algorithm: 'runningSum',
      through: 'planes',
      arithmetic: 'float32',
      possible: false,
      whyNot: 'the gpu backend has no program for it',
      reason: { name: 'noProgram', values: { backend: 'gpu' } },
    });
    expect(choose(random([31, 31], 2), [1080, 1920], bare).algorithm).toBe('direct');
  });

  test('the reference is the definition: always direct, unless asked for something else', () => {
    expect(choose(box(15), [1080, 1920], reference)).toMatchObject({ algorithm: 'direct', why: 'the reference backend is the definition itself' });
  });

  test('the size of a tensor changes nothing, however large its planes are', () => {
    for (const side of [1000, 9500, 20_000]) expect(choose(outer(gaussian(2), gaussian(2)), [side, side]).algorithm).toBe('separable');
    const volume = (n: number) => planConv({ ...gaussian3d(2), shape: [1, 1, 17, 17, 17] }, convGeometry([1, 1, n, n, n], [1, 1, 17, 17, 17]), wasm);
    for (const side of [64, 512, 768, 1024]) expect(volume(side).algorithm).toBe('separable');
  });

  test('what is done in a moment is done directly', () => {
    expect(choose(box(15), [20, 20])).toMatchObject({ algorithm: 'direct', why: 'planning would take longer than computing' });
  });

  test('a layer of a network with many channels is direct', () => {
    expect(planConv(random([64, 64, 3, 3], 1), convGeometry([8, 64, 56, 56], [64, 64, 3, 3], { padding: 1 }), wasm).algorithm).toBe('direct');
  });

  test('all algorithms are listed with their cost, the cheapest first; the cost is what the passes add up to', () => {
    const { alternatives, cost, algorithm } = choose(outer(gaussian(2), gaussian(2)), [1080, 1920]);
    expect(alternatives.map((a) => a.algorithm).sort()).toEqual([...ALGORITHMS].sort());
    const costs = alternatives.flatMap((a) => (a.possible ? [a.cost] : []));
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    expect(alternatives.find((a) => a.algorithm === algorithm)).toMatchObject({ possible: true, cost });
    expect(alternatives.filter((a) => !a.possible).map((a) => a.algorithm).sort()).toEqual(['runningSum', 'sparse']);
  });

  test('multiply-adds are counted: 13 · 13 directly, 13 + 13 separately', () => {
    const pixels = 3 * 1080 * 1920;
    const { alternatives } = choose(outer(gaussian(2), gaussian(2)), [1080, 1920]);
    expect(alternatives.find((a) => a.algorithm === 'direct')).toMatchObject({ multiplyAdds: 169 * pixels });
    expect(alternatives.find((a) => a.algorithm === 'separable')).toMatchObject({ multiplyAdds: 26 * pixels });
    const line = choose(diagonal(31), [1080, 1920]).alternatives;
    expect(line.find((a) => a.algorithm === 'sparse')).toMatchObject({ multiplyAdds: 31 * pixels });
  });

  test('a shared kernel is planned once: its passes stay depthwise, and every channel has the same weights', () => {
    const { passes } = choose(outer([1, 4, 6, 4, 1], [1, 2, 1, 2, 1]), [1080, 1920], bare);
    expect(passes.map(({ geometry }) => [geometry.groups, geometry.kernelShape])).toEqual([[3, [3, 1, 5, 1]], [3, [3, 1, 1, 5]]]);
    expect(passes.map(({ kernel }) => [...kernel])).toEqual([[1, 4, 6, 4, 1, 1, 4, 6, 4, 1, 1, 4, 6, 4, 1], [1, 2, 1, 2, 1, 1, 2, 1, 2, 1, 1, 2, 1, 2, 1]]);
  });
});

describe('separable', () => {
  const separable = (kernel: Tensor, xShape: readonly number[], options: ConvOptions = {}) =>
    planConv(kernel, convGeometry(xShape, kernel.shape, options), wasm, 'separable').passes;

  test('a sum of two products runs as two channels between two passes', () => {
    const passes = separable(tensor(RANK_TWO, [1, 1, 3, 3]), [1, 1, 40, 40]);
    expect(passes.map(({ geometry }) => geometry.kernelShape)).toEqual([[2, 1, 3, 1], [1, 2, 1, 3]]);
  });

  test('a volume kernel that is a product of three takes three passes', () => {
    const [a, b, c] = [[1, 2], [1, 3, 1], [2, 1, 5]];
    const kernel = tensor([[a.map((x) => b.map((y) => c.map((z) => x * y * z)))]]);
    const passes = separable(kernel, [1, 1, 5, 6, 7]);
    expect(passes.map(({ geometry }) => geometry.kernelShape.slice(2))).toEqual([[2, 1, 1], [1, 3, 1], [1, 1, 3]]);
  });

  test('the tolerance: roundings to float32 do not matter, a weight that is 1e-4 off does', () => {
    const kernel = outer(gaussian(3), gaussian(3));
    const lifted = (data: Float32Array) => tensor(data, [1, 1, ...kernel.shape]);
    expect(separable(lifted(kernel.data), [1, 1, 64, 64])[0].geometry.outChannels).toBe(1);
    const off = kernel.data.map((weight, i) => (i === 180 ? weight + 1e-4 : weight));
    expect(separable(lifted(off), [1, 1, 64, 64])[0].geometry.outChannels).toBe(2);
  });

  test('many products, and no end', () => {
    expect(() => separable(random([1, 1, 12, 12], 1), [1, 1, 64, 64])).toThrow('the kernel is not a sum of 8 or fewer products of one-dimensional kernels');
  });
});

describe('an algorithm that was asked for but cannot be', () => {
  const x = random([1, 2, 12, 12], 1);
  const cases: [Algorithm, Tensor, ConvOptions, string][] = [
    ['sparse', full([2, 2, 3, 3], 1), {}, 'no weight is zero'],
    ['separable', full([2, 2, 3, 3], 1), {}, 'every output channel sums 2 input channels'],
    ['separable', full([2, 1, 1, 3], 1), { groups: 2 }, 'the kernel already runs along a single axis'],
    ['separable', full([2, 1, 3, 3], Number.NaN), { groups: 2 }, 'the kernel contains NaN or infinite weights'],
    ['separable', tensor([...RANK_TWO, ...RANK_TWO], [2, 1, 3, 3]), { groups: 2, padding: 1, paddingMode: 'constant', paddingValue: 3 }, 'padding with a value'],
    ['runningSum', full([2, 2, 3, 3], 1), {}, 'every output channel sums 2 input channels'],
    ['runningSum', random([2, 1, 3, 3], 1), { groups: 2 }, 'the weights are not all equal'],
    ['runningSum', full([2, 1, 3, 3], Infinity), { groups: 2 }, 'the kernel contains NaN or infinite weights'],
    ['fft', full([2, 2, 3, 3], Number.NaN), {}, 'the kernel contains NaN or infinite weights'],
  ];
  test.each(cases)('%s: %#', async (algorithm, kernel, options, reason) => {
    const forced = conv(x, kernel, { ...options, algorithm, backend: wasm });
    await expect(forced).rejects.toThrow(OptionError);
    await expect(forced).rejects.toThrow(`conv: algorithm cannot compute this kernel: ${reason}`);
  });

  test('spectra that would not fit into memory', async () => {
    const geometry = convGeometry([1, 256, 64, 64], [512, 256, 3, 3]);
    expect(() => planConv(full([512, 256, 3, 3], 1), geometry, wasm, 'fft')).toThrow('more than 256 MB');
  });

  test('a backend without the program', async () => {
    await expect(conv(x, full([2, 1, 3, 3], 1), { groups: 2, algorithm: 'fft', backend: reference })).rejects.toThrow(
      'the reference backend has no program for it',
    );
  });

  test('an unknown one', async () => {
    const wrong = { algorithm: 'winograd' as 'fft', backend: wasm };
    await expect(conv(x, full([2, 2, 3, 3], 1), wrong)).rejects.toThrow(
      'conv: algorithm must be one of auto, direct, sparse, separable, runningSum, fft, received "winograd"',
    );
  });
});

describe('results', () => {
  /** Kernels that some algorithm likes. */
  const KERNELS = ['random', 'holes', 'product', 'products', 'box', 'zero'] as const;

  const draw = (kind: (typeof KERNELS)[number], shape: readonly number[], seed: number): Float32Array => {
    const generator = new Random(seed);
    const [cout, cin, ...window] = shape;
    const product = () => {
      const axes = window.map((k) => Array.from({ length: k }, () => generator.normal()));
      return Float32Array.from({ length: sizeOf(window) }, (_, i) => {
        let [value, rest] = [1, i];
        for (let a = window.length - 1; a >= 0; a--) {
          value *= axes[a][rest % window[a]];
          rest = Math.floor(rest / window[a]);
        }
        return value;
      });
    };
    const one = (): Float32Array => {
      if (kind === 'product') return product();
      if (kind === 'products') {
        const other = product();
        return product().map((value, i) => value + other[i]);
      }
      const level = generator.normal();
      return new Float32Array(sizeOf(window)).map(() =>
        kind === 'box' ? level : kind === 'zero' || (kind === 'holes' && generator.uniform() < 0.5) ? 0 : generator.normal());
    };
    const data = new Float32Array(sizeOf(shape));
    for (let at = 0; at < cout * cin; at++) data.set(one(), at * sizeOf(window));
    return data;
  };

  const cases = (paddingMode: (typeof PADDING_MODES)[number]) =>
    fc.integer({ min: 1, max: 3 }).chain((rank) => {
      const perAxis = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
      const side = fc.nat(3);
      return fc.record({
        batch: fc.integer({ min: 1, max: 2 }),
        groups: fc.integer({ min: 1, max: 3 }),
        cinPerGroup: fc.constantFrom(1, 1, 1, 2),
        coutPerGroup: fc.integer({ min: 1, max: 3 }),
        input: perAxis(4, rank === 3 ? 6 : rank === 2 ? 40 : 90),
        kernel: perAxis(1, 5),
        stride: perAxis(1, 3),
        dilation: perAxis(1, 3),
        padding: fc.oneof(fc.constantFrom('valid' as const, 'same' as const), fc.array(fc.tuple(side, side), { minLength: rank, maxLength: rank })),
        paddingMode: fc.constant(paddingMode),
        paddingValue: fc.constantFrom(...(paddingMode === 'constant' ? [0, 0.5, -3] : [undefined])),
        flip: fc.boolean(),
        kind: fc.constantFrom(...KERNELS),
        seed: fc.nat(1000),
      });
    });

  test.each(PADDING_MODES)("every possible algorithm agrees with the definition: '%s', any stride and dilation", { timeout: 300_000 }, (mode) => {
    const seen = new Set<string>();
    return fc.assert(
      fc.asyncProperty(cases(mode), async ({ batch, groups, cinPerGroup, coutPerGroup, input, kernel: window, kind, seed, ...options }) => {
        const x = random([batch, groups * cinPerGroup, ...input], seed);
        const kernelShape = [groups * coutPerGroup, cinPerGroup, ...window];
        const kernel = { shape: kernelShape, data: draw(kind, kernelShape, seed) };
        const bias = random([groups * coutPerGroup], seed + 1);
        const placement: ConvOptions = { ...options, groups };
        if (!fits(x.shape, kernelShape, placement)) return;
        const want = await conv(x, kernel, { ...placement, bias, backend: reference });
        // Σ |a · b| of the largest window: what the errors of a product and of a transform are relative to
        const positive = (t: Tensor) => ({ ...t, data: t.data.map(Math.abs) });
        const size = { ...placement, paddingValue: placement.paddingValue === undefined ? undefined : Math.abs(placement.paddingValue) };
        const sums = await conv(positive(x), positive(kernel), { ...size, bias: positive(bias), backend: reference });
        const scale = Math.max(...sums.data);
        for (const backend of [wasm, reference]) {
          const { alternatives } = planConv(kernel, convGeometry(x.shape, kernelShape, placement), backend);
          for (const { algorithm } of alternatives.filter(({ possible }) => possible)) {
            const got = await conv(x, kernel, { ...placement, bias, backend, algorithm });
            expect(got.shape).toEqual(want.shape);
            const worst = got.data.reduce((most, value, i) => Math.max(most, Math.abs(value - want.data[i])), 0);
            expect(worst, `${algorithm} on ${backend.name}`).toBeLessThanOrEqual(4e-6 * scale);
            seen.add(algorithm);
          }
        }
      }),
      { seed: 7, numRuns: 100 },
    ).then(() => expect([...seen].sort()).toEqual([...ALGORITHMS].sort()));
  });

  function fits(xShape: readonly number[], kernelShape: readonly number[], options: ConvOptions): boolean {
    try {
      return convGeometry(xShape, kernelShape, options) !== undefined;
    } catch {
      return false;
    }
  }

  test.each([
    ['box', full([5, 5], 1)],
    ['sharpen', kernel2d([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])],
    ['Sobel', kernel2d([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])],
    ['binomial', outer([1, 6, 15, 20, 15, 6, 1], [1, 4, 6, 4, 1])],
    ['sixteenths', outer([1, 2, 1], [1 / 16, 2 / 16, 1 / 16])],
  ])('%s on integers 0…255 is exact, by every algorithm but fft and a sum of several products', async (_, kernel) => {
    const generator = new Random(3);
    const x = tensor(Float32Array.from({ length: 2 * 61 * 70 }, () => generator.integer(256)), [1, 2, 61, 70]);
    const options = { groups: 2, padding: 'same', paddingMode: 'reflect' } as const;
    const want = await conv(x, shared(kernel, 2), { ...options, backend: reference });
    const { alternatives } = choose(kernel, [61, 70]);
    const geometry = convGeometry([1, 3, 61, 70], [3, 1, ...kernel.shape], { padding: 'same', groups: 3 });
    const passesBy = (algorithm: Algorithm) => planConv(shared(kernel, 3), geometry, wasm, algorithm).passes[0].geometry.outChannels;
    for (const alternative of alternatives) {
      const { algorithm } = alternative;
      // a sum of several products need not consist of integers
      if (!alternative.possible || algorithm === 'fft' || passesBy(algorithm) > 3) continue;
      expect(await conv(x, shared(kernel, 2), { ...options, algorithm, backend: wasm }), algorithm).toEqual(want);
    }
  });

  test('a photo under a dense 31×31 by fft: no error above 1e-6 of Σ |x · kernel|, tiles of any size meet', async () => {
    const generator = new Random(4);
    const x = tensor(Float32Array.from({ length: 150 * 333 }, () => generator.integer(256)), [1, 1, 150, 333]);
    const kernel = random([1, 1, 31, 31], 5);
    const options = { padding: 'same', paddingMode: 'replicate' } as const;
    const [got, want] = [await conv(x, kernel, { ...options, algorithm: 'fft', backend: wasm }), await conv(x, kernel, { ...options, backend: reference })];
    const sums = await conv(x, { ...kernel, data: kernel.data.map(Math.abs) }, { ...options, backend: reference });
    got.data.forEach((value, i) => {
      if (!(Math.abs(value - want.data[i]) <= 1e-6 * sums.data[i])) expect.fail(`[${i}] ${value} instead of ${want.data[i]}`);
    });
  });

  test('the error of running sums does not grow along a row of a million', async () => {
    const x = random([1, 1, 1_000_000], 6);
    const kernel = full([1, 1, 101], 1);
    const [got, want] = [await conv(x, kernel, { algorithm: 'runningSum', backend: wasm }), await conv(x, kernel, { backend: reference })];
    const worst = (from: number, to: number) => {
      let most = 0;
      for (let i = from; i < to; i++) most = Math.max(most, Math.abs(got.data[i] - want.data[i]));
      return most;
    };
    expect(worst(0, want.data.length)).toBeLessThan(4e-5);
    expect(worst(900_000, want.data.length)).toBeLessThan(2 * worst(0, 100_000));
  });

  test.each<[Algorithm, Tensor]>([
    ['direct', full([5, 5], 1)], ['runningSum', full([5, 5], 1)], ['separable', outer([1, 0, -1], [1, 2, 1])], ['fft', random([5, 5], 2)],
  ])('%s: NaN and infinity stay in the windows that see them', async (algorithm, kernel) => {
    const x = random([1, 1, 40, 50], 1);
    x.data[20 * 50 + 21] = Number.NaN;
    x.data[5 * 50 + 40] = Infinity;
    const options = { padding: 2, backend: wasm } as const;
    const [got, want] = [await conv(x, shared(kernel, 1), { ...options, algorithm }), await conv(x, shared(kernel, 1), { ...options, algorithm: 'direct' })];
    expect([...got.data].map(Number.isFinite)).toEqual([...want.data].map(Number.isFinite));
    expect([...got.data].filter(Number.isNaN).length).toBeGreaterThan(0);
  });

  test('sparse does not look at what lies under a zero, direct does', async () => {
    const x = tensor([[[1, Number.NaN, 3, Infinity]]]);
    const kernel = tensor([[[2, 0]]]);
    expect([...(await conv(x, kernel, { algorithm: 'direct', backend: wasm })).data]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([...(await conv(x, kernel, { algorithm: 'sparse', backend: wasm })).data]).toEqual([2, Number.NaN, 6]);
  });

  test('filter plans too', async () => {
    const ran: ConvPlan[] = [];
    const image = createImage(400, 300, 3, new Float32Array(400 * 300 * 3));
    for (const algorithm of ['auto', 'runningSum'] as const) await filter(image, box(15), { algorithm, backend: wasm, onPlan: (plan) => ran.push(plan) });
    expect(ran.map(({ through, algorithm, reason }) => [through, algorithm, reason.name])).toEqual([
      ['samples', 'separable', 'product'],
      ['samples', 'runningSum', 'asked'],
    ]);
  });

  test('auto gives what the chosen algorithm gives', async () => {
    const [x, kernel] = [random([1, 1, 300, 400], 1), full([1, 1, 15, 15], 1 / 225)];
    expect(planConv(kernel, convGeometry(x.shape, kernel.shape), wasm).algorithm).toBe('runningSum');
    const auto = await conv(x, kernel, { backend: wasm });
    expect(auto).toEqual(await conv(x, kernel, { algorithm: 'runningSum', backend: wasm }));
    expect(auto).not.toEqual(await conv(x, kernel, { algorithm: 'direct', backend: wasm }));
  });
});

describe('explain', () => {
  test('says what would be chosen, why, and what all would cost', async () => {
    const { text, algorithm, why } = await explain(box(15), [1, 3, 1080, 1920], { padding: 'same', backend: wasm });
    expect(algorithm).toBe('runningSum');
    expect(why).toBe("all weights are equal, and running sums add up a window of any size at the same cost");
    const lines = text.split('\n');
    expect(lines[0]).toBe(`A kernel of 15 × 15 on [1, 3, 1080, 1920] gives [1, 3, 1080, 1920]. Backend: ${wasm.device}.`);
    expect(lines[1]).toBe(`running sum, because ${why}.`);
    expect(lines[3]).toMatch(/^→ running sum +\d+(\.\d+)? ms +about \d+ additions per output, for windows of any size$/);
    expect(text).toMatch(/ {2}separable +\d+ ms +30 multiply-adds per output, in 2 passes\n/);
    expect(text).toMatch(/ {2}sparse +– +not possible: no weight is zero\n/);
  });

  test('takes a window with the size of a plane or with a whole shape, or what conv takes', async () => {
    const backend = wasm;
    const costOf = async (...args: [Tensor, readonly number[], ExplainOptions?]) => (await explain(args[0], args[1], { backend, ...args[2] })).cost;
    const plane = await costOf(box(9), [500, 600]);
    expect(await costOf(box(9), [1, 1, 500, 600])).toBe(plane);
    expect(await costOf(full([1, 1, 9, 9], 1), [1, 1, 500, 600])).toBe(plane);
    expect(await costOf(box(9), [1, 3, 500, 600])).toBe(await costOf(full([3, 1, 9, 9], 1), [1, 3, 500, 600], { groups: 3 }));
    expect((await explain(full([9], 1), [100_000], { backend })).alternatives).toHaveLength(5);
    expect((await explain(full([3, 3, 3], 1), [1, 1, 20, 20, 20], { backend })).alternatives).toHaveLength(5);
  });

  test('explains what was asked for, and refuses what cannot be', async () => {
    const { text } = await explain(box(9), [500, 600], { algorithm: 'separable', backend: wasm });
    expect(text).toContain('separable, because it was requested.');
    await expect(explain(box(9), [500, 600], { algorithm: 'sparse', backend: wasm })).rejects.toThrow(OptionError);
    await expect(explain(box(9), [500], { backend: wasm })).rejects.toThrow(ShapeError);
    await expect(explain(box(9), [5, 600], { backend: wasm })).rejects.toThrow('explain: the output would be empty');
    await expect(explain(box(9), [500, 600], { strid: 2, backend: wasm } as ConvOptions)).rejects.toThrow('strid is not an option');
  });
});
