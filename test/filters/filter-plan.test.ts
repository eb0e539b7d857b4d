import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { formatOf } from '../../src/image/samples.js';
import {
  type Backend,
  box,
  type ConvPlan,
  createBackend,
  createImage,
  type FilterPlan,
  filter,
  gaussian,
  type Image,
  OptionError,
  pipeline,
  planFilter,
  Random,
  ShapeError,
  sharpen,
} from '../../src/index.js';

const wasm = await createBackend('wasm', { threads: 1 });
afterAll(() => wasm.dispose());

/** Executables that were prepared, and given back. */
let [prepared, released] = [0, 0];
const { name, device, abilities } = wasm;
const backend: Backend = {
  ...{ name, device, abilities },
  allocate: (length) => wasm.allocate(length),
  write: (buffer, values) => wasm.write(buffer, values),
  read: (buffer) => wasm.read(buffer),
  free: (buffer) => wasm.free(buffer),
  prepare(job) {
    prepared++;
    return wasm.prepare(job);
  },
  run: (executable, inputs, outputs, parameters) => wasm.run(executable, inputs, outputs, parameters),
  release(executable) {
    released++;
    wasm.release(executable);
  },
  dispose: () => wasm.dispose(),
};
beforeEach(() => {
  [prepared, released] = [0, 0];
});

const random = new Random(18);
const frame = (width = 70, height = 30, channels: Image['channels'] = 3) =>
  createImage(
    width,
    height,
    channels,
    Uint8ClampedArray.from({ length: width * height * channels }, () => random.integer(256)),
  );

const WAYS = [
  ['samples', {}],
  ['planes', { output: 'abs' }],
  ['a region', { region: { x: 3, y: 4, width: 10, height: 11 } }],
] as const;

describe('a plan', () => {
  test.each(['uint8', 'uint16', 'float32'] as const)('is the same whatever the size of the picture: %s', (samples) => {
    const of = (width: number, height: number) => {
      const [{ algorithm, through, arithmetic, job }] = planFilter({ width, height, channels: 3, samples }, [{ kernel: gaussian(2) }], {}, wasm).steps;
      return { algorithm, through, arithmetic, sums: job?.passes.map(({ sum }) => sum) };
    };
    const small = of(1000, 1000);
    expect(small).toMatchObject({ algorithm: 'separable', through: 'samples' });
    expect(small.sums).toHaveLength(1);
    for (const [width, height] of [[10_000, 8_900], [10_000, 9_000], [20_000, 20_000]]) expect(of(width, height)).toEqual(small); // biome-ignore format: pairs
  });

  test.each(WAYS)('filters picture after picture as filter does, and prepares once: %s', async (_, options) => {
    const plan = planFilter(formatOf(frame()), [{ kernel: sharpen() }], options, backend);
    expect(prepared).toBe(0);
    const first = frame();
    expect(await plan.apply(first)).toEqual(await filter(first, sharpen(), { ...options, backend: wasm }));
    const once = prepared;
    expect(once).toBeGreaterThan(0);
    for (let i = 0; i < 5; i++) {
      const image = frame();
      expect(await plan.apply(image)).toEqual(await filter(image, sharpen(), { ...options, backend: wasm }));
    }
    expect(prepared).toBe(once);
    plan.release();
    expect(released).toBe(once);
    expect(await plan.apply(first)).toEqual(await filter(first, sharpen(), { ...options, backend: wasm }));
  });

  test('takes pictures of its format only', async () => {
    const plan = planFilter(formatOf(frame()), [{ kernel: sharpen() }], {}, wasm);
    await expect(plan.apply(frame(71))).rejects.toThrow('planFilter: image must have the planned format, 70 × 30 with 3 channels in a Uint8ClampedArray');
    await expect(plan.apply(frame(), { out: frame(71) })).rejects.toThrow(ShapeError);
  });

  test('does not change with a kernel that is changed later', async () => {
    const kernel = sharpen();
    const plan = planFilter(formatOf(frame()), [{ kernel }], {}, wasm);
    kernel.data.fill(0);
    const image = frame();
    expect(await plan.apply(image)).toEqual(await filter(image, sharpen(), { backend: wasm }));
  });

  test('of blurs holds another one for transparent pictures', async () => {
    const opaque = frame(70, 30, 4);
    opaque.data.forEach((_, i) => {
      if (i % 4 === 3) opaque.data[i] = 255;
    });
    const plan = planFilter(formatOf(opaque), [{ kernel: gaussian(1) }], {}, wasm);
    expect(await ways(plan, opaque)).toEqual(['samples']);
    expect(await ways(plan, frame(70, 30, 4))).toEqual(['samples']);
    expect(plan.transparent?.steps[0].job?.load.take).toBe('premultiplied');
    expect(plan.steps[0].job?.load.take).toBe('chosen');
    expect(plan.transparent).toBeDefined();
  });

  test('refuses an algorithm that does not go with its kernel before a picture is there', () => {
    expect(() => planFilter(formatOf(frame()), [{ kernel: gaussian(1), algorithm: 'runningSum' }], {}, wasm)).toThrow(OptionError);
  });

  test('names the cheapest way first, and what would have been', () => {
    const [{ alternatives, cost, job, through }] = planFilter(
      { width: 1920, height: 1080, channels: 4, samples: 'uint8' },
      [{ kernel: box(15) }],
      {},
      wasm,
    ).steps;
    expect([through, job?.passes[0].sum.kind]).toEqual(['samples', 'box']);
    expect(alternatives[0]).toMatchObject({ algorithm: 'runningSum', through: 'samples', possible: true, cost });
    const costs = alternatives.map((way) => (way.possible ? way.cost : Number.POSITIVE_INFINITY));
    expect(costs).toEqual([...costs].sort((a, b) => a - b));
  });
});

describe('a film', () => {
  test('is planned once by filter', async () => {
    for (let i = 0; i < 6; i++) await filter(frame(), sharpen(), { backend });
    expect(prepared).toBe(1);
  });

  test('is planned once by a pipeline for each format', async () => {
    const film = pipeline([{ kernel: sharpen() }, { kernel: box(3) }]);
    for (let i = 0; i < 3; i++) await film.apply(frame(), { backend });
    const once = prepared;
    for (let i = 0; i < 3; i++) await film.apply(frame(50), { backend });
    const twice = prepared;
    for (let i = 0; i < 3; i++) for (const width of [70, 50]) await film.apply(frame(width), { backend });
    expect([twice, prepared]).toEqual([2 * once, 2 * once]);
  });
});

/** Through what the plans that run on an image go. */
async function ways(plan: FilterPlan, image: Image): Promise<ConvPlan['through'][]> {
  const ran: ConvPlan['through'][] = [];
  await plan.apply(image, { onPlan: ({ through }) => ran.push(through) });
  return ran;
}
