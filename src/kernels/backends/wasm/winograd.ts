import { type Correlation, ceil4, type StripLayout } from './correlation.js';
import type { Machine } from './machine.js';
import type { Prepared } from './prepare.js';

/** What a band of tiles becomes stays in a core's second-level cache. */
const BAND_BYTES = 512 * 1024;
/** Products of a tile of 2 × 2 outputs, a channel: 4 · 9 without. */
const POINTS = 16;
/** Between the numbers of two of them. */
const LINE_BYTES = 64;
/**
 * Nanoseconds of a product, either way; of a tile to be transformed, for an input and for an output channel; and of four output
 * channels of a band at one point. Fitted to layers of 16 to 256 channels, as the costs of the plan are (plan/cost.ts).
 */
const NS = { product: 0.05, tile: 5, block: 80 };

/** How many rows of tiles a band has, and how many tiles, each row filled up to whole vectors. */
export interface Tiles {
  readonly tileRows: number;
  readonly tiles: number;
}

/** The tiles of a correlation with windows of 3 × 3 and without stride or dilation, where they are cheaper than the sums of products. */
export function winogradTiles(c: Correlation, { stripRows }: StripLayout): Tiles | undefined {
  const { inChannels: cin, outChannels: cout } = c;
  const plain = c.groups === 1 && [...c.stride, ...c.dilation].every((step) => step === 1);
  if (!plain || c.kernel[0] !== 1 || c.kernel[1] !== 3 || c.kernel[2] !== 3 || stripRows < 2) return undefined;
  const [, H, W] = c.output;
  const [rows, across] = [Math.ceil(H / 2), ceil4(Math.ceil(W / 2))];
  const most = BAND_BYTES / (4 * POINTS * (cin + ceil4(cout)) * across);
  const tileRows = Math.max(1, Math.min(rows, Math.floor(stripRows / 2), Math.floor(most)));
  const products = rows * across * POINTS * cin * ceil4(cout);
  const blocks = Math.ceil(rows / tileRows) * POINTS * Math.ceil(cout / 4);
  const cost = NS.product * products + NS.tile * rows * across * (cin + cout) + NS.block * blocks;
  return cost < NS.product * 9 * H * W * cin * cout ? { tileRows, tiles: tileRows * across } : undefined;
}

/** What the weights of a kernel `[cout, cin, 3, 3]`, or of one with these exchanged, become. */
export interface Weights {
  readonly kernel: number;
  /** from one output channel of the correlation to the next, and from one input channel, in weights */
  readonly steps: readonly [cout: number, cin: number];
  readonly reverse: boolean;
}

/** Runs a correlation by tiles. @param key names the correlation */
export function runWinograd(
  machine: Machine,
  key: string,
  p: Prepared,
  { tileRows, tiles }: Tiles,
  x: number,
  weights: Weights,
  bias: number,
  out: number,
): void {
  const c = p.correlation;
  const { inChannels: cin, outChannels: cout } = c;
  const [offsets] = machine.keep(`winograd ${key}`, () => ({
    allocations: [machine.store(Int32Array.from({ length: cin }, (_, i) => 4 * i * tiles))],
  })).allocations;
  const points = (channels: number) => POINTS * (4 * channels * tiles + LINE_BYTES);
  const scratch = machine.scratchFor([4 * POINTS * ceil4(cout) * cin], [p.stripBytes, points(cin), points(ceil4(cout))]);
  const [[packed], [strip, cells, sums]] = [scratch.common, scratch.each];
  const { kernel, steps, reverse } = weights;
  machine.share('winogradKernels', [kernel, packed, cout, cin, ...steps, Number(reverse)], { units: ceil4(cout) / 4, work: POINTS * cin * cout });
  machine.share('winograd', [strip, cells - strip, sums - strip, p.pointer, x, packed, offsets, tileRows, tiles, bias, out], {
    scratch: scratch.bytes,
    units: c.batch * c.output[0] * Math.ceil(c.output[1] / (2 * tileRows)),
    work: NS.product * POINTS * c.batch * c.output[0] * Math.ceil(c.output[1] / 2) * (tiles / tileRows) * cin * cout,
  });
}
