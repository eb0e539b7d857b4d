import { borderTable, OUTSIDE } from '../../../border.js';
import type { ConvGeometry } from '../../../geometry.js';
import { fftTiles } from '../../../plan/fft-tiles.js';
import { NOWHERE } from '../address.js';
import type { CorrelationSpec } from '../layers/correlation-spec.js';
import { storeTiling } from '../layers/store-tiling.js';
import { type StoredCorrelation, storeCorrelation, storeForward } from '../layers/stored-correlation.js';
import type { Tables } from '../tables.js';
import type { BytesTask } from './bytes-task.js';
import { fixedProgram } from './fixed-point.js';
import { separableProgram, windowProgram } from './float-windows.js';
import { boxProgram, integerProgram, magnitudeProgram } from './integer-sums.js';
import { type KernelOf, type PictureProgram, pictureFields } from './picture-program.js';

/** Bytes of a sample in scratch memory: as a byte, a word or a float. */
const CELL_BYTES = { integer: 1, box: 1, magnitude: 1, fixed: 2, window: 4, separable: 4 } as const;

/** The program that filters a picture `[H, W, C]` from bytes to bytes. */
export function pictureProgram(task: BytesTask, tables: Tables): PictureProgram {
  const { weights, geometry, keepsAlpha } = task;
  if (weights.kind === 'fft') return fftProgram(weights, task, tables);
  const cellBytes = CELL_BYTES[weights.kind];
  // programs that sum bytes where they lie read alpha as well
  const cells = cellBytes > 1 && keepsAlpha ? geometry.inChannels - 1 : geometry.inChannels;
  return newProgram(weights, task, storeCorrelation(tables, pictureCorrelation(geometry, cells), cellBytes));
}

function newProgram(kernel: Exclude<BytesTask['weights'], { kind: 'fft' }>, task: BytesTask, stored: StoredCorrelation): PictureProgram {
  switch (kernel.kind) {
    case 'integer':
      return integerProgram(kernel, task, stored);
    case 'box':
      return boxProgram(kernel, task, stored);
    case 'magnitude':
      return magnitudeProgram(kernel, task, stored);
    case 'fixed':
      return fixedProgram(kernel, task, stored);
    case 'separable':
      return separableProgram(kernel, task, stored);
    case 'window':
      return windowProgram(kernel, task, stored);
    default:
      return kernel satisfies never;
  }
}

function fftProgram({ window }: KernelOf<'fft'>, task: BytesTask, tables: Tables): PictureProgram<'fftBytes'> {
  const { geometry: g, bias } = task;
  const tiles = fftTiles(g);
  if (!tiles) throw new Error('the plan offers no Fourier transform for this geometry');
  const { machine } = tables;
  const stored = storeForward(tables, g);
  const correlation = stored.address;
  const tiling = storeTiling(tables, g, tiles);
  const record = { ...pictureFields(task, stored), tiling, spectrum: NOWHERE, bias };
  return {
    name: 'fftBytes',
    lists: [window],
    shared: machine.run.fftSpectrumBytes(tiling),
    scratch: [machine.run.fftScratch(correlation, tiling)],
    across: Math.ceil(g.output[2] / tiles.outColumns),
    rows: 2 * tiles.outRows,
    taps: 100,
    record,
    place: ({ lists: [kernel], shared, scratch }) => {
      record.spectrum = shared;
      machine.share('fftKernels', { correlation, tiling, kernel, spectra: shared, reverse: false }, { scratch, units: 1, work: 0 });
    },
  };
}

/** A picture as one plane [H, W·cells] whose taps lie `cells` cells apart along a row. @param cells of a pixel */
function pictureCorrelation(g: ConvGeometry, cells: number): CorrelationSpec {
  const pixels = borderTable(g, 2);
  const columns = Int32Array.from({ length: pixels.length * cells }, (_, i) => {
    const pixel = pixels[Math.floor(i / cells)];
    return pixel === OUTSIDE ? OUTSIDE : pixel * cells + (i % cells);
  });
  return {
    ...{ batch: 1, groups: 1, inChannels: 1, outChannels: 1 },
    input: [1, g.input[1], g.input[2] * cells],
    kernel: g.kernel,
    output: [1, g.output[1], g.output[2] * cells],
    stride: [1, 1, 1],
    dilation: [1, g.dilation[1], g.dilation[2] * cells],
    value: g.paddingValue,
    tables: [Int32Array.of(0), borderTable(g, 1), columns],
    weights: Int32Array.of(),
  };
}
