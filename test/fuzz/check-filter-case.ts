import {
  allocateImage,
  type Backend,
  ConvlabError,
  type ConvPlan,
  filter,
  freeImage,
  type Image,
  type KernelStep,
  pipeline,
  type RunOptions,
} from '../../src/index.js';
import { exactValues, isPremultiplied, SUM_ERROR, scaledWeights, whiteOf } from './exact-values.js';
import type { FilterCase } from './random-filter-case.js';

/** The backends that a case runs on. */
export interface Backends {
  readonly reference: Backend;
  /** with 1, 2, 3 … threads, which share even the smallest work */
  readonly wasm: readonly Backend[];
  /** each with bands of another number of rows */
  readonly banded: readonly Backend[];
}

/** What became of a case: the plans that ran, or the error with which it was refused. */
export type Outcome = { readonly plans: readonly ConvPlan[] } | { readonly refused: string };

type CallOptions = RunOptions & { readonly image?: Image; readonly out?: Image; readonly onPlan?: (plan: ConvPlan) => void };

/** Runs a case on one backend, into a new image unless `out` says otherwise. */
export async function runFilterCase({ image: from, steps, around, where }: FilterCase, { image = from, ...call }: CallOptions): Promise<Image> {
  const { borders, ...rest } = around;
  const [{ kernel, ...step }] = steps;
  if (steps.length === 1 && borders === undefined) return filter(image, kernel, { ...step, ...rest, ...where, ...call });
  return pipeline(steps, around).apply(image, { ...where, ...call });
}

/** True if two images have one format and the same bits; NaN is NaN. */
export function sameBits(a: Image, b: Image): boolean {
  const sameFormat = a.width === b.width && a.height === b.height && a.channels === b.channels && a.data.constructor === b.data.constructor;
  return sameFormat && a.data.every((value, i) => Object.is(value, b.data[i]));
}

/**
 * Holds a case against the reference backend, and the backends against each other.
 * @throws Error that says what differs, and where
 */
export async function checkFilterCase(filterCase: FilterCase, { reference, wasm, banded }: Backends): Promise<Outcome> {
  const { number, image, steps, around } = filterCase;
  const before = { ...image, data: image.data.slice() };
  const plans: ConvPlan[] = [];
  const [first] = wasm;
  // the reference backend has one algorithm; a step with a requested algorithm is not merged with its neighbors
  const plain = { ...filterCase, steps: steps.map((step) => (isAsked(step) ? ({ ...step, algorithm: 'direct' } as const) : step)) };
  const wanted = await outcomeOf(() => runFilterCase(plain, { backend: reference }));
  const received = await outcomeOf(() => runFilterCase(filterCase, { backend: first, onPlan: (plan) => plans.push(plan) }));
  const refused = refusalOf(wanted, received, steps.some(isAsked));
  if (refused !== undefined) return { refused };
  const [want, got] = [wanted, received] as readonly Image[];
  const raw = await runFilterCase({ ...plain, around: { ...around, output: 'float' }, where: {} }, { backend: reference });
  compareWithExact(reference, filterCase, want, raw);
  compareWithExact(first, filterCase, got, raw, plans);
  if (isExact(filterCase, plans)) expectSameBits('wasm and reference', got, want);
  await compareThreads(filterCase, got, wasm);
  const bands = banded[number % banded.length];
  // half of the cases: each takes as long again
  if (number % 2 === 0) expectSameBits(`bands number ${number % banded.length} and others`, await runFilterCase(filterCase, { backend: bands }), got);
  const backend = wasm[number % wasm.length];
  // bands replace the rows that the next band reads too
  await compareOut(filterCase, got, { reference, backend: filterCase.out === 'picture' ? bands : backend });
  if (image.data instanceof Uint8ClampedArray) await compareInMemory(filterCase, got, backend);
  expectSameBits('the picture before and after', image, before);
  return { plans };
}

function isAsked({ algorithm = 'auto' }: KernelStep): boolean {
  return algorithm !== 'auto';
}

/** The message of what both refuse. An algorithm that is asked for is refused where the backend, or the kernel, has none. */
function refusalOf(wanted: Image | Error, received: Image | Error, algorithm: boolean): string | undefined {
  if (!(wanted instanceof Error || received instanceof Error)) return undefined;
  const [expected, message] = [wanted, received].map((outcome) => (outcome instanceof Error ? `${outcome.name}: ${outcome.message}` : 'a picture'));
  if (wanted instanceof ConvlabError && message === expected) return message;
  if (algorithm && /^OptionError: \w+: algorithm cannot compute this kernel/.test(message)) return message;
  throw new Error(`reference: ${expected}; wasm: ${message}`);
}

async function outcomeOf(run: () => Promise<Image>): Promise<Image | Error> {
  try {
    return await run();
  } catch (error) {
    return error as Error;
  }
}

/** Every sample is the exact value rounded, the other way only where the value lies within the error of the sums of half-way. */
function compareWithExact({ name }: Backend, filterCase: FilterCase, result: Image, raw: Image, plans: readonly ConvPlan[] = []): void {
  const { values, tolerance } = exactValues(filterCase, raw, plans.some(({ algorithm }) => algorithm === 'fft') ? SUM_ERROR.fft : SUM_ERROR.plain);
  const { data } = result;
  const floats = data instanceof Float32Array;
  const limited = !(floats && filterCase.around.output === 'float');
  const white = whiteOf(result);
  if (values.length !== data.length) throw new Error(`${name}: ${data.length} samples in place of ${values.length}`);
  data.forEach((sample, i) => {
    const value = limited ? Math.min(white, Math.max(0, values[i])) : values[i];
    const most = floats ? tolerance[i] : 0.5 + tolerance[i];
    if (!(Math.abs(sample - value) <= most)) {
      throw new Error(`${name}: ${placeOf(result, i)} is ${sample}, and should be ${values[i]} ± ${tolerance[i]}`);
    }
  });
}

/** The same bits on any number of threads. */
async function compareThreads(filterCase: FilterCase, want: Image, [first, ...others]: readonly Backend[]): Promise<void> {
  for (const backend of others) expectSameBits(`${first.device} and ${backend.device}`, await runFilterCase(filterCase, { backend }), want);
}

/** The same bits in an image that is there; or the same refusal, where the image itself cannot take its result. */
async function compareOut(filterCase: FilterCase, want: Image, { reference, backend }: { reference: Backend; backend: Backend }): Promise<void> {
  const { image, out } = filterCase;
  if (out === 'fresh') return;
  const run = (on: Backend) => {
    const copy = { ...image, data: image.data.slice() };
    return outcomeOf(() =>
      runFilterCase(filterCase, { backend: on, image: copy, out: out === 'picture' ? copy : { ...want, data: want.data.slice().fill(1) } }),
    );
  };
  const result = await run(backend);
  if (result instanceof Error) refusalOf(await run(reference), result, false);
  else expectSameBits(`out: ${out} on ${backend.device}`, result, want);
}

/** The same bits where the image, its result or both lie in the memory of the backend, also in one place. */
async function compareInMemory(filterCase: FilterCase, want: Image, backend: Backend): Promise<void> {
  const { number, image: picture } = filterCase;
  const fits = want.data instanceof Uint8ClampedArray ? (['image', 'both', 'out'] as const) : (['image'] as const);
  const places = want.data.constructor === picture.data.constructor && want.data.length === picture.data.length ? ([...fits, 'itself'] as const) : fits;
  const place = places[Math.floor(number / 3) % places.length];
  const image = place === 'out' ? picture : await allocateImage(picture, { backend });
  const allocated = place === 'both' || place === 'out' ? await allocateImage(want, { backend }) : undefined;
  if (place !== 'out') image.data.set(picture.data);
  try {
    const out = place === 'itself' && want.width === image.width ? image : allocated;
    expectSameBits(`${place} in the memory of ${backend.device}`, await runFilterCase(filterCase, { backend, image, out }), want);
  } finally {
    for (const each of [place === 'out' ? undefined : image, allocated]) if (each) await freeImage(each, { backend });
  }
}

/** @throws Error that says where two images differ */
export function expectSameBits(what: string, a: Image, b: Image): void {
  if (sameBits(a, b)) return;
  const at = a.data.findIndex((value, i) => !Object.is(value, b.data[i]));
  throw new Error(at === -1 ? `${what}: the formats differ` : `${what}: ${placeOf(a, at)} is ${a.data[at]} and ${b.data[at]}`);
}

function placeOf({ width, channels }: Image, i: number): string {
  const pixel = Math.floor(i / channels);
  return `channel ${i % channels} at x = ${pixel % width}, y = ${Math.floor(pixel / width)}`;
}

/** Sums that are exact in floats of 32 bits: all products are multiples of one power of two, and no sum has more than 24 bits. */
function isExact(filterCase: FilterCase, plans: readonly ConvPlan[]): boolean {
  const { image, steps, around, where } = filterCase;
  const [{ kernel, scale, bias = 0, paddingValue = 0 }] = steps;
  const { channels, linear = false, output = 'clamp' } = around;
  if (steps.length > 1 || image.data instanceof Float32Array || linear || output !== 'clamp' || where.region || where.mask) return false;
  if (channels === 'luminance' || isPremultiplied(filterCase)) return false;
  if (!plans.every(({ algorithm }) => algorithm === 'direct' || algorithm === 'sparse')) return false;
  const weights = [...scaledWeights(kernel, scale)];
  const largest = weights.reduce((sum, weight) => sum + Math.abs(weight), 0) * Math.max(whiteOf(image), Math.abs(paddingValue)) + Math.abs(bias);
  const unit = 2 ** Math.floor(Math.log2(2 ** 24 / largest));
  return Number.isInteger(paddingValue) && [...weights, bias].every((value) => Number.isInteger(value * unit));
}
