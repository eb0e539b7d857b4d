import type { ConvGeometry } from '../geometry.js';

/** The division of a convolution into tiles for the Fourier transform, see {@link fftTiles}. */
export interface FftTiles {
  /** rows of a tile, a power of 2 */
  readonly rows: number;
  /** columns of a tile, a power of 2 */
  readonly columns: number;
  /** rows of outputs per tile */
  readonly outRows: number;
  /** columns of outputs per tile */
  readonly outColumns: number;
  /** number of tile transforms: forward, backward and of the kernels; one complex transform processes two real tiles */
  readonly transforms: number;
  /** predicted time, in nanoseconds */
  readonly cost: number;
}

/** Maximum memory for the spectra of one tile and one group's kernels. */
const MOST_BYTES = 2 ** 28;

/** Rows of a tile for a kernel with one row, which are independent and transformed along W only. */
const FLAT_ROWS = 16;

/** Nanoseconds per product of the spectra of a channel and a kernel, if there are many. */
const PRODUCT = 0.5;

/**
 * The cheapest tiles (overlap-save): small tiles consist mostly of overlap, large ones do not fit in the cache.
 * @returns undefined if no tile that contains the kernel fits into the memory limit
 */
export function fftTiles(g: ConvGeometry): FftTiles | undefined {
  const flat = g.kernel[1] === 1;
  const [slices, couts] = [(g.inChannels / g.groups) * g.kernel[0], g.outChannels / g.groups];
  let best: FftTiles | undefined;
  for (const rows of flat ? [FLAT_ROWS] : sizes(g, 1)) {
    for (const columns of sizes(g, 2)) {
      const tiles = tilesOf(g, rows, columns, flat);
      if (8 * rows * columns * (2 + slices * (1 + couts)) > MOST_BYTES) continue;
      if (!best || tiles.cost < best.cost) best = tiles;
    }
  }
  return best;
}

function tilesOf(g: ConvGeometry, rows: number, columns: number, flat: boolean): FftTiles {
  const outputs = (cells: number, axis: 1 | 2) => Math.floor((cells - 1 - (g.kernel[axis] - 1) * g.dilation[axis]) / g.stride[axis]) + 1;
  const [outRows, outColumns] = [flat ? rows : outputs(rows, 1), outputs(columns, 2)];
  const across = Math.ceil(g.output[2] / outColumns);
  const lots = flat ? Math.ceil((g.output[1] * across) / rows) : Math.ceil(g.output[1] / outRows) * across;
  const slices = (g.inChannels / g.groups) * g.kernel[0];
  const couts = g.outChannels / g.groups;
  const pairs = g.batch * g.groups * g.output[0] * Math.ceil(lots / 2);
  const transforms = pairs * (slices + couts) + slices * g.outChannels;
  const products = pairs * slices * couts * rows * columns;
  return { rows, columns, outRows, outColumns, transforms, cost: transforms * transformCost(rows, columns, flat) + products * PRODUCT };
}

/**
 * Nanoseconds per complex transform, including loading, products and storing; measured as described in cost.ts. A cell
 * takes 2.9 ns in a tile of 32 × 32, 3.3 in 128 × 128, 3.7 in 256 × 256; beyond the second-level cache (1 MB) 5.3 in
 * 512 × 512, 12 in 1024 × 1024. In flat tiles, 2.1 with 256 columns, 5 with 1024, 9 with 4096.
 */
function transformCost(rows: number, columns: number, flat: boolean): number {
  const cells = rows * columns;
  if (flat) return cells * (2.1 + 1.8 * Math.max(0, Math.log2(columns) - 8));
  const spill = Math.max(0, Math.log2((8 * cells) / 2 ** 20));
  return cells * (1.2 + 0.16 * Math.log2(cells)) * (1 + 0.5 * spill);
}

/** Powers of 2 that contain the kernel, up to the first one that contains everything. */
function sizes(g: ConvGeometry, axis: 1 | 2): number[] {
  const reach = (g.kernel[axis] - 1) * g.dilation[axis];
  const padded = g.before[axis] + g.input[axis] + g.after[axis];
  const powers: number[] = [];
  for (let size = 16; size <= 4096; size *= 2) {
    if (size > reach) powers.push(size);
    if (size >= padded) break;
  }
  return powers;
}
