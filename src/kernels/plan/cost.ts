import { sizeOf } from '../../tensor.js';
import type { ConvGeometry } from '../geometry.js';
import { fftTiles } from './fft-tiles.js';
import type { Pass } from './pass.js';

/**
 * Costs in nanoseconds: medians of the CPU time of the wasm programs on one thread of an AMD EPYC (Zen 5), Node 20, on
 * images of 1920 × 1080 and 960 × 540 and layers of 56 × 56, fitted by hand: for 47 convolutions with every algorithm,
 * most predictions are within a third. Other processors are faster or slower by similar factors for all algorithms, and
 * only ratios matter. GPUs were not measured; they use the same ratio of direct to separable.
 */
const NS = {
  call: 6000,
  /** per input cell read and output cell written, in each pass */
  cell: 0.15,
  /** per input element copied for padding: with several summed channels; and with a stride in W, one by one */
  gathered: 0.3,
  scattered: 0.8,
  /**
   * per multiply-add, if a loaded vector is used for several rows or channels, for several taps of a row, or for one
   * tap
   */
  shared: 0.05,
  line: 0.062,
  single: 0.09,
  /** per cell of running sums of rows, and of columns */
  rowSum: 0.5,
  columnSum: 0.9,
};

/** Multiply-adds of a pass, or their equivalent: additions of running sums, 5·n·log₂ n / 2 for a Fourier transform. */
export function multiplyAdds({ program, geometry: g, kernel }: Pass): number {
  const outputs = sizeOf(g.outShape);
  switch (program) {
    case 'direct':
      return (outputs * kernel.length) / g.outChannels;
    case 'sparse':
      return (outputs * kernel.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0)) / g.outChannels;
    case 'runningSum':
      return 3 * runningSumCells(g).reduce((sum, cells) => sum + cells, 0);
    case 'fft': {
      const { rows, columns, transforms } = tilesFor(g);
      return 2.5 * transforms * rows * columns * Math.log2(g.kernel[1] === 1 ? columns : rows * columns);
    }
    default:
      return program satisfies never;
  }
}

/** Predicted milliseconds of a pass. */
export function predict(pass: Pass): number {
  const { program, geometry: g } = pass;
  if (program === 'runningSum') {
    const [slices, rows, columns] = runningSumCells(g);
    return (NS.call + NS.rowSum * (slices + rows) + NS.columnSum * columns) / 1e6;
  }
  if (program === 'fft') return (NS.call + tilesFor(g).cost) / 1e6;
  const [perGroup, couts] = [g.inChannels / g.groups, g.outChannels / g.groups];
  const inputs = sizeOf(g.xShape);
  const copying = g.stride[2] > 1 ? NS.scattered : perGroup > 1 ? NS.gathered : 0;
  const paired = g.kernel[1] > 1 && g.stride[1] === g.dilation[1] && g.output[2] >= 16;
  const line = g.kernel[1] === 1 && g.kernel[2] >= 4 && g.stride[2] === 1 && g.dilation[2] === 1 && g.output[2] >= 32;
  const rate = program !== 'direct' ? NS.single : couts >= 4 || paired ? NS.shared : line ? NS.line : NS.single;
  return (NS.call + NS.cell * (inputs + sizeOf(g.outShape)) + copying * inputs * g.kernel[0] + rate * multiplyAdds(pass)) / 1e6;
}

/** Number of cells that running sums process along D, H and W. */
function runningSumCells(g: ConvGeometry): readonly [number, number, number] {
  const planes = g.batch * g.outChannels;
  const [D, H, W] = g.input;
  const [oD, oH, oW] = g.output;
  // rows are summed along W four at a time
  return [g.kernel[0] > 1 ? planes * D * H * W : 0, g.kernel[1] > 1 ? planes * oD * H * W : 0, planes * oD * 4 * Math.ceil(oH / 4) * Math.max(W, oW)];
}

function tilesFor(g: ConvGeometry) {
  const tiles = fftTiles(g);
  if (!tiles) throw new Error('the plan has no Fourier transform for this geometry');
  return tiles;
}
