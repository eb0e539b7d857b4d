import { borderTable, OUTSIDE } from '../../../border.js';
import type { ConvGeometry } from '../../../geometry.js';
import { type Address, NOWHERE } from '../address.js';
import type { CorrelationSpec } from '../layers/correlation-spec.js';
import { storeCorrelation } from '../layers/stored-correlation.js';
import type { Tables } from '../tables.js';
import { boxProgram, integerProgram, magnitudeProgram } from './integer-sums.js';
import { type LinePass, SAMPLE_BYTES } from './line-pass.js';
import { fftProgram, boxProgram as floatBoxProgram, separableProgram, windowProgram } from './line-programs.js';
import { type LineRecords, storeLine } from './line-records.js';
import { normalize } from './line-store.js';
import { likenessProgram, momentsProgram, ridgeProgram, slopesProgram } from './measure-programs.js';
import type { PictureProgram } from './picture-program.js';

/** The program of one pass of an image. @param ranges as in {@link storeLine} */
export function pictureProgram(line: LinePass, tables: Tables, ranges: Address<'Floats'> = NOWHERE): PictureProgram {
  const { sum, geometry } = line.pass;
  const { channels, samples } = line.job.load;
  // programs that sum bytes in place read alpha as well
  const ofBytes = (cells: number) => storeCorrelation(tables, pictureCorrelation(geometry, cells), 1);
  switch (sum.kind) {
    case 'integer':
      return integerProgram(sum, line, storeLine(tables, line, ranges), ofBytes(channels * SAMPLE_BYTES[samples]), tables);
    case 'box':
      return boxProgram(sum, line, ofBytes(channels));
    case 'magnitude':
      return magnitudeProgram(sum, line, ofBytes(channels));
    case 'window':
      return lineProgram((records) => windowProgram(sum, line, records, tables), line, tables, ranges);
    case 'sums':
      return lineProgram((records) => floatBoxProgram(sum, line, records), line, tables, ranges);
    case 'separable':
      return lineProgram((records) => separableProgram(sum, 1, line, records, tables), line, tables, ranges);
    case 'products':
      return lineProgram((records) => separableProgram(sum, sum.count, line, records, tables), line, tables, ranges);
    case 'fft':
      return lineProgram((records) => fftProgram(sum, line, records, tables), line, tables, ranges);
    case 'slopes':
      return lineProgram((records) => slopesProgram(sum, line, records, tables), line, tables, ranges);
    case 'ridge':
      return lineProgram((records) => ridgeProgram(sum, line, records, tables), line, tables, ranges);
    case 'moments':
      return lineProgram((records) => momentsProgram(sum, line, records), line, tables, ranges);
    case 'likeness':
      return lineProgram((records) => likenessProgram(sum, line, records, tables), line, tables, ranges);
    default:
      return sum satisfies never;
  }
}

function lineProgram(make: (records: LineRecords) => PictureProgram, line: LinePass, tables: Tables, ranges: Address<'Floats'>): PictureProgram {
  const records = storeLine(tables, line, ranges);
  const { patterns, verdict } = records;
  return { ...make(records), verdict, normalize: patterns && ((least, largest) => normalize(tables, line, patterns, [least, largest])) };
}

/** An image as one plane [H, W·cells] whose taps are `cells` values apart along a row. @param cells cells per pixel */
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
