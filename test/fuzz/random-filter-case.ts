import {
  ALGORITHMS,
  ALPHAS,
  type Image,
  type ImageOptions,
  type KernelStep,
  OUTPUTS,
  PADDING_MODES,
  type PipelineOptions,
  Random,
  type StepOptions,
  type Tensor,
  type WhereOptions,
} from '../../src/index.js';
import { between, kernelPerChannel, pick, randomKernel } from './random-kernel.js';
import { type Content, randomContent, randomPicture, randomSize } from './random-picture.js';

/** One call of `filter`, or of a pipeline. Everything in it follows from its number. */
export interface FilterCase {
  readonly number: number;
  readonly image: Image;
  /** one, of `filter`, or those of a pipeline */
  readonly steps: readonly KernelStep<Tensor>[];
  /** what is done once around all kernels */
  readonly around: ImageOptions & Pick<PipelineOptions, 'borders'>;
  /** where the filter acts */
  readonly where: WhereOptions;
  /** where the result goes: to a new image, to one that is there, or to the image that is filtered */
  readonly out: 'fresh' | 'own' | 'picture';
}

/** Products that the reference backend is asked for at most; some ways are taken by large work only. */
const MOST_PRODUCTS = { small: 120_000, large: 3_500_000 };
const LARGE = 1 / 16;
/** Cases of one kernel over 8 bits, with options that the programs from samples to samples know. */
const PLAIN = 0.45;
/** Cases whose options are drawn without a look at each other: most of them are refused. */
const BLIND = 0.06;

/** The case of a number. */
export function randomFilterCase(number: number): FilterCase {
  const random = new Random(number);
  const kind = random.uniform();
  const [plain, blind, large] = [kind < PLAIN, kind > 1 - BLIND, random.chance(LARGE)];
  const content = randomContent(random, plain);
  const channels = pick(random, [1, 2, 3, 4, 4, 4]);
  /** how many of the options are set */
  const often = pick(random, plain ? [0.2, 0.5] : [0.05, 0.2, 0.5]);
  const maybe = <T>(draw: () => T, share = often): T | undefined => (random.chance(share) ? draw() : undefined);
  const chosen = plain ? maybe(() => 'all' as const) : maybe(() => randomChannels(random, blind ? 4 : channels));
  const kernels = Array.from({ length: plain || random.chance(0.7) ? 1 : between(random, 2, 3) }, () =>
    !plain && random.chance(0.08) ? kernelPerChannel(random, filteredChannels({ channels: chosen }, channels).length) : randomKernel(random, large),
  );
  const keepsSize = plain || (!blind && random.chance(0.5));
  const steps = kernels.map((kernel) => ({ kernel, ...randomStep({ random, content, kernel, often, plain, blind, keepsSize }) }));
  const alpha = blind || channels % 2 === 0 ? maybe(() => pick(random, ALPHAS)) : undefined;
  const around = {
    ...{ channels: chosen, alpha: blind ? alpha : fittingAlpha(alpha, chosen, channels, kernels) },
    linear: plain ? undefined : maybe(() => random.chance(0.7)),
    output: plain ? undefined : maybe(() => pick(random, OUTPUTS)),
    borders: kernels.length > 1 ? maybe(() => pick(random, ['exact', 'approximate'] as const)) : undefined,
  };
  const taps = kernels.reduce((sum, { data }) => sum + data.length, 0);
  const most = (large ? MOST_PRODUCTS.large : MOST_PRODUCTS.small) / taps;
  const image = randomPicture(random, randomSize(random, channels, most, large), channels, content);
  const local = blind || (keepsSize && !plain);
  const where = {
    region: local ? maybe(() => randomRegion(random, image)) : undefined,
    mask: local ? maybe(() => randomPicture(random, [image.width, image.height], 1, randomContent(random))) : undefined,
  };
  const out = pick(random, blind || keepsSize ? (['fresh', 'own', 'picture'] as const) : (['fresh', 'own'] as const));
  return { number, image, steps, around: defined(around), where: defined(where), out };
}

/** A case in one line. */
export function inOneLine({ image, steps, around, where, out }: FilterCase): string {
  const picture = ({ width, height, channels, data }: Image) => `${width} × ${height} × ${channels} ${data.constructor.name}`;
  const tensorOrValue = (_: string, value: unknown) =>
    value instanceof Float32Array ? (value.length <= 25 ? [...value] : `${value.length} weights`) : isPicture(value) ? picture(value) : value;
  return `${picture(image)}, ${JSON.stringify({ steps, around, where, out }, tensorOrValue)}`;
}

function isPicture(value: unknown): value is Image {
  return typeof value === 'object' && value !== null && 'data' in value && 'channels' in value;
}

interface StepDraw {
  readonly random: Random;
  readonly content: Content;
  readonly kernel: Tensor;
  readonly often: number;
  readonly plain: boolean;
  readonly blind: boolean;
  readonly keepsSize: boolean;
}

function randomStep(draw: StepDraw): StepOptions {
  const { random, content, often, plain, blind, keepsSize } = draw;
  const maybe = <T>(draw: () => T, share = often): T | undefined => (random.chance(share) ? draw() : undefined);
  const perAxis = <T>(draw: () => T): T | readonly [T, T] => (random.chance(0.4) ? draw() : [draw(), draw()]);
  const white = { uint8: 255, uint16: 65535, float32: 1 }[content.samples];
  const dilation = maybe(() => perAxis(() => between(random, 1, 3)), often / 2);
  const anchor = maybe(() => randomAnchor(draw), plain ? 0.5 : often);
  const padding = blind || anchor === undefined ? maybe(() => randomPadding(draw, dilation)) : maybe(() => 'same' as const);
  const extended = padding !== 'valid' && padding !== 0;
  const paddingMode = extended || blind ? maybe(() => pick(random, PADDING_MODES)) : undefined;
  const level = () => (random.chance(0.5) ? random.uniform(-0.2, 1.2) * white : (between(random, 0, 255) * white) / 255);
  return defined({
    ...{ dilation, anchor, padding, paddingMode },
    paddingValue: paddingMode === 'constant' || (blind && random.chance(0.2)) ? maybe(level, 0.8) : undefined,
    stride: keepsSize ? undefined : maybe(() => perAxis(() => between(random, 1, 3))),
    flip: maybe(() => random.chance(0.8)),
    scale: maybe(() => pick(random, ['sum', 'sum', 0.5, 2, -1, random.uniform(-1.5, 1.5)] as const), often / 2),
    bias: maybe(() => (random.chance(0.6) ? (between(random, -60, 60) * white) / 255 : random.uniform(-0.3, 0.3) * white), often / 2),
    algorithm: plain ? undefined : maybe(() => pick(random, ['auto', ...ALGORITHMS] as const), often / 3),
  });
}

function randomAnchor({ random, kernel, blind }: StepDraw): StepOptions['anchor'] {
  const [kH, kW] = kernel.shape.slice(-2);
  return random.chance(0.3) ? random.integer(Math.min(kH, kW) + Number(blind)) : [random.integer(kH), random.integer(kW)];
}

function randomPadding({ random, kernel, keepsSize }: StepDraw, dilation: StepOptions['dilation'] = 1): StepOptions['padding'] {
  const sizes = kernel.shape.slice(-2);
  if (keepsSize) {
    const sides = sizes.map((k, axis) => {
      const all = (Array.isArray(dilation) ? dilation[axis] : dilation) * (k - 1);
      const before = random.integer(all + 1);
      return [before, all - before] as const;
    });
    return random.chance(0.5) ? 'same' : sides;
  }
  const number = () => random.integer(4);
  const pairs = sizes.map((k) => [random.integer(k + 1), random.integer(k + 1)] as const);
  return pick(random, ['same', 'valid', 'full', number(), [number(), number()], pairs, ['same', number()], ['full', 'valid']] as const);
}

function randomChannels(random: Random, count: number): ImageOptions['channels'] {
  const letters = [[], ['a'], ['r', 'gb', 'rgb', 'rb'], ['b', 'rg', 'ba', 'rgba', 'a', 'rgb']][count - 1] as 'r'[];
  const luminance = count > 2 ? (['luminance', 'luminance'] as const) : [];
  return pick(random, ['color', 'all', [random.integer(count)], [random.integer(count), random.integer(count)], ...letters, ...luminance]);
}

/** The channels that a kernel slides over; under `'luminance'` one plane in place of three channels. */
export function filteredChannels({ channels = 'color', alpha }: Pick<ImageOptions, 'channels' | 'alpha'>, count: number): readonly number[] {
  if (channels === 'luminance') return [0];
  const last = count % 2 === 0 ? count - 1 : count;
  const named = Array.isArray(channels) ? channels : [...(channels as string)].map((letter) => (count < 3 ? ['', 'a'] : ['r', 'g', 'b', 'a']).indexOf(letter));
  return Array.from({ length: count }, (_, c) => c).filter(
    (c) => channels === 'all' || (channels === 'color' && c < last) || named.includes(c) || (alpha === 'filter' && c === last),
  );
}

/** The same, unless something else rules it out. */
function fittingAlpha(alpha: ImageOptions['alpha'], channels: ImageOptions['channels'], count: number, kernels: readonly Tensor[]): ImageOptions['alpha'] {
  const filtered = filteredChannels({ channels }, count);
  if (channels === 'luminance') return alpha === 'ignore' ? alpha : undefined;
  if (filtered.includes(count - 1)) return undefined;
  const means = kernels.every(({ data, shape }) => shape.length === 2 && data.reduce((sum, weight) => sum + weight, 0) > 0.05);
  return alpha === 'premultiply' && !(means && filtered.length === count - 1) ? undefined : alpha;
}

function randomRegion(random: Random, { width, height }: Image): WhereOptions['region'] {
  const [x, y] = [random.integer(width), random.integer(height)];
  const rectangle = { x, y, width: 1 + random.integer(width - x), height: 1 + random.integer(height - y) };
  return random.chance(0.5) ? rectangle : { ...rectangle, feather: pick(random, [0, 1, random.uniform(0, 9)]) };
}

/** Without the options that are left out. */
function defined<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}
