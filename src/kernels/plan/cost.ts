import { sizeOf } from '../../tensor.js';
import type { ConvGeometry } from '../geometry.js';
import { fftTiles } from './fft-tiles.js';
import type { Pass } from './pass.js';

/**
 * What things take, in nanoseconds: medians of the CPU time of the wasm programs on one thread of an AMD EPYC (Zen 5),
 * Node 20, on pictures of 1920 × 1080 and 960 × 540 and layers of 56 × 56, fitted by hand: of 47 convolutions, each by
 * every algorithm, most are met to within a third. Other processors are slower or faster in all of them rather alike,
 * and only ratios decide. GPUs were not measured; there the ratio of direct to separable is what counts, and it is taken
 * from here.
 */
const NS = {
  call: 6000,
  /** every input cell that is read and output cell that is written, once a pass */
  cell: 0.15,
  /** every input element copied for padding: with several summed channels; and with a stride in W, one by one */
  gathered: 0.3,
  scattered: 0.8,
  /** one multiply-add: where a vector that is loaded serves several rows or channels, several taps of a row, or one tap */
  shared: 0.05,
  line: 0.062,
  single: 0.09,
  /** running sums of rows and of columns, a cell */
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

/** Cells that running sums pass: along D, H and W. */
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
