import { WINOGRAD_POINTS } from '../records.generated.js';
import { type CorrelationSpec, ceil4, type StripLayout } from './correlation-spec.js';

/** Maximum bytes of the transformed tiles of a band, so that they stay in a core's L2 cache. */
const BAND_BYTES = 512 * 1024;
/**
 * Nanoseconds per product, with or without tiles; per tile transform, for an input and an output channel; and per four
 * output channels of a band at one point. Fitted to layers of 16 to 256 channels, like the costs of the plan
 * (plan/cost.ts).
 */
const NS = { product: 0.05, tile: 5, block: 80 };

/** Rows of tiles in a band, and number of tiles, with each row padded to whole vectors. */
export interface Tiles {
  readonly tileRows: number;
  readonly tiles: number;
}

/**
 * The tiles of a correlation with windows of 3 × 3 and without stride or dilation, if they are cheaper than sums of
 * products.
 */
export function winogradTiles(c: CorrelationSpec, { stripRows }: StripLayout): Tiles | undefined {
  const { inChannels: cin, outChannels: cout } = c;
  const plain = c.groups === 1 && [...c.stride, ...c.dilation].every((step) => step === 1);
  if (!plain || c.kernel[0] !== 1 || c.kernel[1] !== 3 || c.kernel[2] !== 3 || stripRows < 2) return undefined;
  const [, H, W] = c.output;
  const [rows, across] = [Math.ceil(H / 2), ceil4(Math.ceil(W / 2))];
  const most = BAND_BYTES / (4 * WINOGRAD_POINTS * (cin + ceil4(cout)) * across);
  const tileRows = Math.max(1, Math.min(rows, Math.floor(stripRows / 2), Math.floor(most)));
  const products = rows * across * WINOGRAD_POINTS * cin * ceil4(cout);
  const blocks = Math.ceil(rows / tileRows) * WINOGRAD_POINTS * Math.ceil(cout / 4);
  const cost = NS.product * products + NS.tile * rows * across * (cin + cout) + NS.block * blocks;
  return cost < NS.product * 9 * H * W * cin * cout ? { tileRows, tiles: tileRows * across } : undefined;
}
