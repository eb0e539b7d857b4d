import { describe, expect, test } from 'vitest';
import {
  box,
  createBackend,
  createImage,
  type FilterStreamOptions,
  type Format,
  filter,
  filterStream,
  filterTransform,
  gaussian,
  type Image,
  pipeline,
  Random,
  type RowSource,
  resizeStream,
  type Samples,
} from '../../src/index.js';

const random = new Random(5);
const noise = (width: number, height: number, channels: Image['channels'], opaque = false): Image => {
  const data = Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => (opaque && i % channels === channels - 1 ? 255 : random.integer(256)));
  return createImage(width, height, channels, data);
};
const formatOf = ({ width, height, channels }: Image): Format => ({ width, height, channels, samples: 'uint8' });

/** Bands of `rows` rows, and what happened to them. */
function source({ width, height, channels, data }: Image, rows: number, told: string[] = []) {
  return async function* () {
    try {
      for (let y = 0; y < height; y += rows) {
        told.push(`row ${y}`);
        yield data.subarray(y * width * channels, Math.min(height, y + rows) * width * channels);
      }
      told.push('end');
    } finally {
      told.push('closed');
    }
  };
}

async function joined(stream: AsyncIterable<Samples>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const band of stream) all.push(...band);
  return all;
}

const tall = noise(32, 2000, 1);
const bands = { bandHeight: 10 };

describe('rows pass as they are asked for', () => {
  test('the source is opened with the first band, and read no further than a band ahead', async () => {
    const told: string[] = [];
    const stream = await filterStream(source(tall, 10, told)(), formatOf(tall), 'gaussian:1', bands);
    expect(told).toEqual([]);
    await stream.next();
    // bands are of 64 rows here: one is given, one is under way
    for (let band = 1; band <= 3; band++) {
      expect(told.length).toBeLessThan(8 * (band + 2));
      await stream.next();
    }
    expect(told.length).toBeGreaterThan(20);
  });

  test('reuse: two bands lie in turn in the same memory, and hold what they would otherwise', async () => {
    const buffers = new Set<ArrayBufferLike>();
    const all: number[] = [];
    for await (const band of await filterStream(source(tall, 10), formatOf(tall), 'gaussian:1', { ...bands, reuse: true })) {
      buffers.add(band.buffer);
      all.push(...band);
    }
    expect(buffers.size).toBe(2);
    expect(all).toEqual(await joined(await filterStream(source(tall, 10), formatOf(tall), 'gaussian:1', bands)));
  });

  test('what ends early closes the source', async () => {
    const told: string[] = [];
    for await (const band of await filterStream(source(tall, 10, told)(), formatOf(tall), 'box:3', bands)) {
      expect(band.length).toBeLessThan(3200);
      break;
    }
    expect(told.at(-1)).toBe('closed');
    expect(told).not.toContain('end');
  });

  test('a signal ends it, also while the source keeps it waiting', async () => {
    const control = new AbortController();
    const forever = (async function* () {
      yield tall.data.subarray(0, 320);
      await new Promise(() => {});
    })();
    const stream = await filterStream(forever, formatOf(tall), 'box:3', { ...bands, signal: control.signal });
    const next = stream.next();
    setTimeout(() => control.abort(new Error('enough')), 5);
    await expect(next).rejects.toThrow('enough');
  });

  test('what the source throws comes through, and the next picture is filtered all the same', async () => {
    const broken = (async function* () {
      yield tall.data.subarray(0, 3200);
      throw new Error('the disk is gone');
    })();
    await expect(joined(await filterStream(broken, formatOf(tall), 'box:3', bands))).rejects.toThrow('the disk is gone');
    expect(await joined(await filterStream([tall.data], formatOf(tall), 'box:3'))).toEqual([...(await filter(tall, 'box:3')).data]);
  });

  test('progress goes up to 1, and the plan is told once', async () => {
    const [shares, plans]: [number[], string[]] = [[], []];
    const options: FilterStreamOptions = { ...bands, onProgress: (share) => shares.push(share), onPlan: ({ algorithm }) => plans.push(algorithm) };
    await joined(await filterStream(source(tall, 7), formatOf(tall), 'gaussian:1', options));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.length).toBeGreaterThan(20);
    expect([shares.at(-1), plans.length]).toEqual([1, 1]);
  });

  test.each([1, 64, 1000])('a TransformStream gives the same, from chunks of %i rows', async (rows) => {
    const transform = await filterTransform(formatOf(tall), gaussian(2), { ...bands, stride: 2 });
    const expected = await filter(tall, gaussian(2), { stride: 2 });
    expect([transform.format.width, transform.format.height]).toEqual([expected.width, expected.height]);
    const each = source(tall, rows)();
    const stream = new ReadableStream<Samples>({
      async pull(controller) {
        const { done, value } = await each.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    });
    expect(await joined(stream.pipeThrough(transform))).toEqual([...expected.data]);
  });
});

describe('what rows alone do not say', () => {
  const picture = noise(24, 60, 4);
  const opaque = noise(24, 60, 4, true);

  test.each(['wasm', 'reference'] as const)('a picture with alpha is read once more to see whether it is opaque, on %s', async (name) => {
    const backend = await createBackend(name);
    for (const image of [picture, opaque]) {
      const told: string[] = [];
      const expected = await filter(image, 'gaussian:1', { backend });
      expect(await joined(await filterStream(source(image, 10, told), formatOf(image), 'gaussian:1', { ...bands, backend }))).toEqual([...expected.data]);
      expect(told.filter((each) => each === 'row 0')).toHaveLength(2);
      const said = await filterStream(source(image, 10)(), formatOf(image), 'gaussian:1', { ...bands, backend, opaque: image === opaque });
      expect(await joined(said)).toEqual([...expected.data]);
    }
    await expect(joined(await filterStream(source(picture, 10)(), formatOf(picture), 'gaussian:1', { backend, opaque: true }))).rejects.toThrow(
      'filterStream: the image must not have transparent pixels if opaque is true',
    );
    backend.dispose();
  });

  const once: RowSource = [picture.data];
  test.each<[what: string, message: string, run: () => Promise<unknown>]>([
    ['opaque', 'filterStream: opaque must be set if rows are read once', () => filterStream(once, formatOf(picture), 'gaussian:2')],
    [
      'normalize',
      "filterStream: output 'normalize' reads the image twice",
      () => filterStream([tall.data], formatOf(tall), 'sobel-x', { output: 'normalize' }),
    ],
    [
      'normalize in a transform',
      "filterTransform: output 'normalize' reads the image twice",
      () => filterTransform(formatOf(tall), 'box', { output: 'normalize' }),
    ],
    ['wrap', "filterStream: paddingMode must not be 'wrap'", () => filterStream([tall.data], formatOf(tall), 'box', { paddingMode: 'wrap' })],
    ['canny', 'must not be canny, whose hysteresis follows edges through the whole image', () => filterStream([tall.data], formatOf(tall), 'canny:2')],
    ['wrap of an operation', "paddingMode must not be 'wrap'", () => filterStream([tall.data], formatOf(tall), 'sobel-edges', { paddingMode: 'wrap' })],
    [
      'an operation on a backend of planes',
      'reference computes this only from the whole image',
      async () => filterStream([tall.data], formatOf(tall), 'unsharp-mask', { backend: await createBackend('reference') }),
    ],
    ['an option of kernels', 'stride is not an option', () => filterStream([tall.data], formatOf(tall), 'unsharp-mask', { stride: 2 })],
    ['a wrong parameter', 'radius must be', () => filterStream([tall.data], formatOf(tall), 'unsharp-mask:-1')],
    ['a resize to no size', 'width or height must be set', () => resizeStream([tall.data], formatOf(tall), {})],
    ['a resize that may be transparent', 'opaque must be set', () => resizeStream(once, formatOf(picture), { width: 9 })],
    ['no alpha', 'opaque requires an image with alpha', () => filterStream([tall.data], formatOf(tall), 'box', { opaque: true })],
    ['no format', 'height must be an integer ≥ 1', () => filterStream([tall.data], { width: 3 } as never, 'box')],
    ['a step option with a pipeline', 'stride is not an option', () => filterStream([tall.data], formatOf(tall), pipeline(['box']), { stride: 2 } as never)],
  ])('%s is refused before a row is read', async (_, message, run) => {
    await expect(run()).rejects.toThrow(message);
  });

  test.each<[what: string, message: string, rows: RowSource]>([
    ['too few rows', 'rows must contain format.height (2000) rows, received 1999', [tall.data.subarray(32)]],
    ['too many rows', 'rows must contain format.height (2000) rows, received more', [tall.data, tall.data]],
    ['half a row', 'rows must be whole rows of 32 samples in a Uint8ClampedArray, received a Uint8ClampedArray of 16', [tall.data.subarray(0, 16)]],
    ['other samples', 'received a Float32Array of 32', [new Float32Array(32)]],
    ['the samples themselves', 'rows must be an iterable of bands of rows', tall.data as never],
  ])('%s end the stream with an error', async (_, message, rows) => {
    await expect(joined(await filterStream(rows, formatOf(tall), 'box'))).rejects.toThrow(message);
  });

  test('wrap along the rows is local, and bytes may come as a Uint8Array', async () => {
    const options = { padding: [0, 'same'], paddingMode: 'wrap' } as const;
    const { buffer } = tall.data;
    const expected = await filter(tall, box(3), options);
    expect(await joined(await filterStream([new Uint8Array(buffer)], formatOf(tall), box(3), { ...options, ...bands }))).toEqual([...expected.data]);
  });
});
