import type { ConvGeometry } from '../../../geometry.js';
import type { Address } from '../address.js';
import { CORRELATION_BYTES, writeCorrelation } from '../records.generated.js';
import type { Tables } from '../tables.js';
import { type CorrelationSpec, ceil4, forwardCorrelation, type StripLayout, stripLayout } from './correlation-spec.js';
import { type Tiles, winogradTiles } from './winograd-tiles.js';

/** A correlation whose record and tables are in wasm memory. */
export interface StoredCorrelation {
  readonly spec: CorrelationSpec;
  readonly layout: StripLayout;
  readonly address: Address<'Correlation'>;
  /** see {@link CorrelationSpec} */
  readonly weights: Address<'Ints'>;
  /** set if Winograd tiles are cheaper than sums of products */
  readonly winograd: Tiles | undefined;
  readonly strips: number;
  readonly stripBytes: number;
  readonly packedBytes: number;
  readonly gradientRowBytes: number;
}

/** The forward correlation of a geometry. */
export function storeForward(tables: Tables, g: ConvGeometry): StoredCorrelation {
  return storeCorrelation(tables, forwardCorrelation(g));
}

/** @param cellBytes bytes per gathered cell */
export function storeCorrelation(tables: Tables, spec: CorrelationSpec, cellBytes = 4): StoredCorrelation {
  const layout = stripLayout(spec, cellBytes);
  const { direct, run } = layout;
  const lists = [...spec.tables, layout.columns, layout.offsets, direct.offsets, spec.weights];
  const [tableD, tableH, tableW, columns, offsets, directOffsets, weights] = lists.map((list) => tables.store(list));
  const address: Address<'Correlation'> = tables.allocate(CORRELATION_BYTES);
  writeCorrelation(tables.machine.views, address, {
    ...{ batch: spec.batch, groups: spec.groups, inChannels: spec.inChannels, outChannels: spec.outChannels, value: spec.value },
    ...{ inD: spec.input[0], inH: spec.input[1], inW: spec.input[2] },
    ...{ KD: spec.kernel[0], KH: spec.kernel[1], KW: spec.kernel[2] },
    ...{ outD: spec.output[0], outH: spec.output[1], outW: spec.output[2] },
    ...{ strideD: spec.stride[0], strideH: spec.stride[1], strideW: spec.stride[2] },
    ...{ dilationD: spec.dilation[0], dilationH: spec.dilation[1], dilationW: spec.dilation[2] },
    ...{ tableD, tableH, tableW, columns, offsets, directOffsets },
    ...{ rowLength: layout.columns.length, runFrom: run.from, runTo: run.to, runSource: run.source },
    ...{ stripRows: layout.stripRows, gatheredRows: layout.gatheredRows, taps: layout.taps },
    ...{ directFrom: direct.from, directTo: direct.to, directSource: direct.source },
  });
  return {
    ...{ spec, layout, address, weights },
    winograd: winogradTiles(spec, layout),
    strips: spec.batch * spec.groups * spec.output[0] * Math.ceil(spec.output[1] / layout.stripRows),
    stripBytes: 4 * layout.cells,
    packedBytes: 4 * spec.groups * spec.outChannels * layout.taps,
    gradientRowBytes: 4 * spec.outChannels * layout.stripRows * ceil4(spec.output[2]),
  };
}
