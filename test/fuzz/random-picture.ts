import { createImage, type Image, type Random, type SampleType } from '../../src/index.js';
import { between, pick } from './random-kernel.js';

const SAMPLES = { uint8: [Uint8ClampedArray, 255], uint16: [Uint16Array, 65535], float32: [Float32Array, 1] } as const;

/** How colors are drawn, from 0 to 1, at a pixel and for a channel. */
const COLORS = {
  noise: ({ random }) => random.uniform(),
  smooth: ({ x, y, c, random }) => (0.013 * x + 0.021 * y + 0.2 * c + 0.05 * random.uniform()) % 1,
  extremes: ({ random }) => Number(random.chance(0.5)),
  stripes: ({ x, y, c }) => Number((x + y + c) % 2 === 0),
  flat: ({ c }) => 0.2 + 0.25 * c,
  dark: ({ random }) => 0.03 * random.uniform(),
} satisfies Record<string, (at: Pixel) => number>;

/** How opaque pixels are. All but `opaque`, `clear` and `half` vary from pixel to pixel, so that alpha that moves shows. */
const OPACITIES = {
  opaque: () => 1,
  clear: () => 0,
  half: () => 0.5,
  noise: ({ random }) => random.uniform(),
  holes: ({ random }) => Number(random.chance(0.7)),
  edge: ({ x, y, width }) => Number(x + y < width / 2),
  nearly: ({ random }) => Number(!random.chance(0.01)),
} satisfies Record<string, (at: Pixel) => number>;

interface Pixel {
  readonly x: number;
  readonly y: number;
  readonly c: number;
  readonly width: number;
  readonly random: Random;
}

/** What an image is like, beside its size. */
export interface Content {
  readonly samples: SampleType;
  readonly colors: keyof typeof COLORS;
  readonly opacity: keyof typeof OPACITIES;
}

/** @param plain of 8 bits */
export function randomContent(random: Random, plain = false): Content {
  return {
    samples: plain ? 'uint8' : pick(random, ['uint8', 'uint8', 'uint16', 'float32']),
    colors: pick(random, ['noise', 'noise', 'noise', 'smooth', 'smooth', 'extremes', 'stripes', 'flat', 'dark']),
    opacity: pick(random, ['opaque', 'opaque', 'noise', 'holes', 'edge', 'edge', 'nearly', 'half', 'clear']),
  };
}

/** Samples of floats are also beyond black and white. */
export function randomPicture(random: Random, [width, height]: readonly [number, number], channels: number, content: Content): Image {
  const [Data, white] = SAMPLES[content.samples];
  const [color, opacity] = [COLORS[content.colors], OPACITIES[content.opacity]];
  const [low, range] = content.samples === 'float32' && random.chance(0.5) ? [-0.2, 1.4] : [0, 1];
  const data = new Data(width * height * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, i++) {
        const at = { x, y, c, width, random };
        const value = channels % 2 === 0 && c === channels - 1 ? opacity(at) : low + range * color(at);
        data[i] = white * value;
      }
    }
  }
  return createImage(width, height, channels, data);
}

/** Bytes of the shortest row that the programs for images take. */
const LEAST_ROW = 64;

/**
 * A size: small ones, rows of about as many bytes as vectors hold, and, where it may be `large`, images high enough for several
 * bands of the programs and some that pass through memory in several bands.
 * @param most samples at most
 */
export function randomSize(random: Random, channels: number, most: number, large: boolean): readonly [width: number, height: number] {
  const [width, height] = pick(random, large ? LARGE : SMALL)(random, channels);
  return [width, Math.max(1, Math.min(height, Math.floor(most / (width * channels))))];
}

type Size = (random: Random, channels: number) => readonly [width: number, height: number];

const SMALL: readonly Size[] = [
  (random) => [between(random, 1, 12), between(random, 1, 12)],
  (random, channels) => [shortRow(random, channels), between(random, 1, 30)],
  (random, channels) => [shortRow(random, channels), between(random, 10, 50)],
  (random) => [16 * between(random, 4, 8) + between(random, -1, 1), between(random, 3, 30)],
  (random) => [between(random, 64, 150), between(random, 3, 40)],
  (random) => [between(random, 300, 500), between(random, 3, 12)],
];

const LARGE: readonly Size[] = [
  (random, channels) => [shortRow(random, channels), between(random, 60, 300)],
  (random, channels) => [shortRow(random, channels) + between(random, 0, 30), between(random, 60, 200)],
  (random) => [16 * between(random, 4, 8) + between(random, -1, 1), between(random, 60, 120)],
  (random) => (random.chance(0.25) ? [between(random, 400, 600), between(random, 170, 200)] : [between(random, 400, 600), between(random, 20, 40)]),
];

/** Hardly longer than the shortest row that the programs from samples to samples take. */
function shortRow(random: Random, channels: number): number {
  return Math.ceil(LEAST_ROW / channels) + between(random, 0, 6);
}
