import { afterAll, expect, test } from 'vitest';
import {
  type Backend,
  ConvlabError,
  catalogue,
  createBackend,
  type FilterStreamOptions,
  filterStream,
  filterTransform,
  type Image,
  type OperationEntry,
  OUTPUTS,
  PADDING_MODES,
  Random,
  RESIZE_METHODS,
  type RowStream,
  resize,
  resizeStream,
} from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { expectSameBits } from './check-filter-case.js';
import { between, pick } from './random-kernel.js';
import { randomContent, randomPicture, randomSize } from './random-picture.js';

// npm test tries cases 0 to 59, npm run fuzz 20,000 from another number on, FUZZ_CASE one alone.
const { FUZZ, FUZZ_SEED = '0', FUZZ_CASE } = process.env;
const FIRST = Number(FUZZ_CASE ?? FUZZ_SEED);
const COUNT = FUZZ_CASE !== undefined ? 1 : FUZZ !== undefined ? Number(FUZZ) : 60;

const backends: readonly Backend[] = await Promise.all([
  createBackend('wasm', { threads: 1 }),
  createWasmBackend(2, { handOver: 0 }),
  createWasmBackend(2, { longestBlock: 0 }),
  createWasmBackend(1, { bandRows: 3 }),
]);
afterAll(() => {
  for (const backend of backends) backend.dispose();
});

/** One call: what is done, on the whole image and by rows. */
interface Case {
  readonly image: Image;
  readonly says: string;
  readonly whole: (backend: Backend) => Promise<Image>;
  readonly stream: (rows: () => Iterable<Image['data']>, how: FilterStreamOptions) => Promise<AsyncIterable<Image['data']> & Pick<RowStream, 'format'>>;
}

function randomCase(random: Random): Case {
  const channels = pick(random, [1, 2, 3, 4, 4]);
  const large = random.chance(1 / 8);
  const content = randomContent(random, random.chance(0.4));
  const image = randomPicture(random, randomSize(random, channels, large ? 60_000 : 8000, large), channels, content);
  const { width, height } = image;
  const samples = content.samples;
  const format = { width, height, channels: image.channels, samples } as const;
  if (random.chance(0.4)) {
    const size = (of: number) => between(random, 1, pick(random, [of, 2 * of, Math.ceil(of / 5)]));
    const options = {
      ...pick(random, [{ width: size(width) }, { height: size(height) }, { width: size(width), height: size(height) }]),
      ...(random.chance(0.7) && { method: pick(random, RESIZE_METHODS) }),
      ...(random.chance(0.2) && { linear: true }),
      ...(random.chance(0.3) && { output: pick(random, ['clamp', 'float', '16bit'] as const) }),
      ...(channels % 2 === 0 && random.chance(0.3) && { alpha: pick(random, ['premultiply', 'filter'] as const) }),
    };
    return {
      image,
      says: `resize ${JSON.stringify(options)}`,
      whole: (backend) => resize(image, { ...options, backend }),
      stream: (rows, { backend, bandHeight }) => resizeStream(rows, format, { ...options, backend, bandHeight }),
    };
  }
  const { name, apply, parameters } = pick(random, OPERATIONS);
  const values = parameters.map((each) => (random.chance(0.5) ? undefined : each.name === 'size' ? between(random, 1, 9) : between(random, 1, 40) / 10));
  const options: FilterStreamOptions = {
    ...(random.chance(0.4) && { paddingMode: pick(random, PADDING_MODES) }),
    ...(random.chance(0.4) && { output: pick(random, OUTPUTS) }),
    ...(random.chance(0.4) && { channels: pick(random, ['all', 'color', [0], ...(channels > 2 ? (['luminance', [0, 2]] as const) : [])]) }),
  };
  const text = values.some((value) => value !== undefined) ? `${name}:${values.map((value) => value ?? '').join(',')}` : name;
  const once = options.output !== 'normalize' && channels % 2 === 1 && random.chance(0.2);
  return {
    image,
    says: `${text} ${JSON.stringify(options)}`,
    whole: (backend) => apply(image, values, { ...(options as object), backend }) as Promise<Image>,
    async stream(rows, how) {
      if (!once) return filterStream(rows, format, text, { ...options, ...how });
      const transform = await filterTransform(format, text, { ...options, ...how });
      return Object.assign(streamOf(rows()).pipeThrough(transform), { format: transform.format });
    },
  };
}

function streamOf(bands: Iterable<Image['data']>): ReadableStream<Image['data']> {
  const each = bands[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = each.next();
      if (done) controller.close();
      else controller.enqueue(value.slice()); // the stream is read ahead
    },
  });
}

const OPERATIONS = Object.values(catalogue).filter((entry): entry is OperationEntry => 'apply' in entry && entry.name !== 'canny');

/** The rows of an image, in bands of random heights; some of none. */
function* bandsOf({ width, height, channels, data }: Image, random: Random): Generator<Image['data']> {
  const most = pick(random, [1, 2, 5, height]);
  for (let row = 0, rows = 0; row < height; row += rows) {
    rows = Math.min(height - row, between(random, 0, most));
    // what the stream has been handed may change afterwards
    const band = data.slice(row * width * channels, (row + rows) * width * channels);
    yield band;
    band.fill(7);
  }
}

async function streamed({ image, stream }: Case, backend: Backend, seed: number): Promise<Image> {
  const random = new Random(seed);
  const bandHeight = pick(random, [undefined, 1, 2, 7, 64]);
  const bands = await stream(() => bandsOf(image, new Random(seed)), { backend, ...(bandHeight && { bandHeight }) });
  const { width, height, channels, samples } = bands.format;
  const Data = { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array }[samples];
  const data = new Data(width * height * channels);
  let at = 0;
  for await (const band of bands) {
    data.set(band, at);
    at += band.length;
  }
  expect(at).toBe(data.length);
  return { width, height, channels, data };
}

const messageOf = (error: unknown) => (error as Error).message.replace(/^\w+: /, '');

/** @returns true if it is refused */
async function check(each: Case, backend: Backend, seed: number): Promise<boolean> {
  const expected = await each.whole(backend).catch((error: unknown) => error as Error);
  const received = await streamed(each, backend, seed).catch((error: unknown) => error as Error);
  if (received instanceof ConvlabError && received.message.includes("must not be 'wrap'")) return true;
  if (expected instanceof Error) expect(messageOf(received)).toBe(messageOf(expected));
  else if (received instanceof Error) throw received;
  else expectSameBits('the stream and the whole image', received, expected);
  return expected instanceof Error;
}

test('operations and resize by rows give the bits of the whole image, in bands of any height', { timeout: 3_600_000 }, async () => {
  const failures: string[] = [];
  let refused = 0;
  for (let number = FIRST; number < FIRST + COUNT; number++) {
    const each = randomCase(new Random(number));
    const backend = backends[number % backends.length];
    const { width, height, channels, data } = each.image;
    await check(each, backend, number).then(
      (was) => {
        refused += Number(was);
      },
      (error) => {
        failures.push(
          `${error.message}\n  FUZZ_CASE=${number} on ${backend.device}: ${each.says}, ${width} × ${height} × ${channels} ${data.constructor.name}`,
        );
      },
    );
  }
  if (FUZZ !== undefined) console.log(`operations by rows, cases ${FIRST} to ${FIRST + COUNT - 1}, ${refused} refused`);
  if (failures.length > 0) expect.fail(`${failures.length} of ${COUNT} cases failed:\n${failures.slice(0, 20).join('\n')}`);
  expect(refused).toBeLessThanOrEqual(COUNT / 4);
});
