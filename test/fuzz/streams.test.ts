import { afterAll, expect, test } from 'vitest';
import {
  type Backend,
  ConvlabError,
  createBackend,
  type FilterStreamOptions,
  filterStream,
  type Image,
  OptionError,
  pipeline,
  Random,
  type Samples,
  UnsupportedError,
} from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { runFilterCase } from './check-filter-case.js';
import { type FilterCase, inOneLine, randomFilterCase } from './random-filter-case.js';
import { between, pick } from './random-kernel.js';

// npm test tries cases 0 to 99, npm run fuzz 20,000 from another number on, FUZZ_CASE one alone.
const { FUZZ, FUZZ_SEED = '0', FUZZ_CASE } = process.env;
const FIRST = Number(FUZZ_CASE ?? FUZZ_SEED);
const COUNT = FUZZ_CASE !== undefined ? 1 : FUZZ !== undefined ? Number(FUZZ) : 100;

const reference = await createBackend('reference');
const wasm: readonly Backend[] = await Promise.all([
  createWasmBackend(1),
  createWasmBackend(2, { handOver: 0 }),
  createWasmBackend(2, { longestBlock: 0 }),
  createWasmBackend(1, { bandRows: 3 }),
]);
afterAll(() => {
  for (const backend of wasm) backend.dispose();
});

/** The rows of an image, in bands of random heights; some of none. */
function* bandsOf({ width, height, channels, data }: Image, seed: number): Generator<Samples> {
  const random = new Random(seed);
  const most = pick(random, [1, 2, 5, height]);
  for (let row = 0, rows = 0; row < height; row += rows) {
    rows = Math.min(height - row, between(random, 0, most));
    // what the stream has been handed may change afterwards
    const band = data.slice(row * width * channels, (row + rows) * width * channels);
    yield band;
    band.fill(7);
  }
}

async function streamed({ number, image, steps, around, where }: FilterCase, backend: Backend, seed: number): Promise<Samples> {
  const { width, height, channels, data } = image;
  const samples = data instanceof Float32Array ? 'float32' : data instanceof Uint16Array ? 'uint16' : 'uint8';
  const random = new Random(seed);
  const bandHeight = pick(random, [undefined, 1, 2, 7, 64]);
  const options: FilterStreamOptions = { ...where, backend, ...(bandHeight && { bandHeight }) };
  const rows = () => bandsOf(image, number);
  const format = { width, height, channels, samples } as const;
  const { borders, ...rest } = around;
  const [{ kernel, ...step }] = steps;
  const stream =
    steps.length === 1 && borders === undefined
      ? await filterStream(rows, format, kernel, { ...step, ...rest, ...options })
      : await filterStream(rows, format, pipeline(steps, around), options);
  const bands: Samples[] = [];
  for await (const band of stream) bands.push(band);
  const result = new (bands[0].constructor as typeof Float32Array)(bands.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const band of bands) {
    expect(band.length % (stream.format.width * stream.format.channels)).toBe(0);
    result.set(band, at);
    at += band.length;
  }
  return result as Samples;
}

const messageOf = (error: unknown) => (error as Error).message.replace(/^(filterStream|filter|pipeline): /, '');

/** @returns why the stream refuses it, or undefined */
async function check(filterCase: FilterCase, backend: Backend, seed: number): Promise<string | undefined> {
  const expected = await runFilterCase(filterCase, { backend }).catch((error: unknown) => error as Error);
  const received = await streamed(filterCase, backend, seed).catch((error: unknown) => error as Error);
  if (expected instanceof Error) {
    expect(messageOf(received)).toBe(messageOf(expected));
    return 'as filter';
  }
  if (received instanceof Error) {
    if (received instanceof OptionError && received.message.includes("'wrap'")) return 'wrap';
    if (received instanceof UnsupportedError && received.message.includes('only from the whole image')) return 'over planes';
    throw received instanceof ConvlabError ? new Error(received.message) : received;
  }
  const [a, b] = [expected.data, received].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  if (!a.equals(b)) {
    const at = expected.data.findIndex((value, i) => !Object.is(value, received[i]));
    throw new Error(
      `sample ${at} of ${expected.data.length}, row ${Math.floor(at / expected.width / expected.channels)} of ${expected.height}, is ${received[at]} instead of ${expected.data[at]}`,
    );
  }
  return undefined;
}

test('a stream of rows in bands of any height gives the bits that filter gives for the whole picture', { timeout: 3_600_000 }, async () => {
  const failures: string[] = [];
  const refused = new Map<string, number>();
  for (let number = FIRST; number < FIRST + COUNT; number++) {
    const filterCase = randomFilterCase(number);
    const { data } = filterCase.image;
    const backends = [wasm[number % wasm.length], ...(number % 4 === 0 && data.length < 4000 ? [reference] : [])];
    for (const backend of backends) {
      try {
        const why = await check(filterCase, backend, number);
        if (why) refused.set(why, (refused.get(why) ?? 0) + 1);
      } catch (error) {
        failures.push(`${(error as Error).message}\n  FUZZ_CASE=${number} on ${backend.device}: ${inOneLine(filterCase)}`);
      }
    }
  }
  if (FUZZ !== undefined)
    console.log(`streams, cases ${FIRST} to ${FIRST + COUNT - 1}, refused: ${[...refused].map(([why, times]) => `${times} ${why}`).join(', ')}`);
  if (failures.length > 0) expect.fail(`${failures.length} of ${COUNT} cases failed:\n${failures.slice(0, 20).join('\n')}`);
  for (const times of refused.values()) expect(times).toBeLessThan(COUNT / 4);
});
