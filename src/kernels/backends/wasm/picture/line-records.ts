import { type Address, NOWHERE } from '../address.js';
import { longestRun } from '../layers/correlation-spec.js';
import { LINEGRID_BYTES, writeLineGrid } from '../records.generated.js';
import type { Tables } from '../tables.js';
import { allOf, judges, rawLoad, storeLoad } from './line-load.js';
import { carriesAlpha, cellsSummed, channelsGiven, type LinePass, stepOf, wanted } from './line-pass.js';
import { type Patterns, storeRawStore, storeStore } from './line-store.js';

/** The records of a pass, in wasm memory. */
export interface LineRecords {
  readonly grid: Address<'LineGrid'>;
  readonly load: Address<'LineLoad'>;
  readonly store: Address<'LineStore'>;
  /** address where the program writes 0 if the image is not opaque, see {@link judges}; NOWHERE if it does not check */
  readonly verdict: Address<'Ints'>;
  /** factors and offsets of the last pass */
  readonly patterns: Patterns | undefined;
  /** the input consists of floats, which are summed without conversion */
  readonly asLoaded: boolean;
  /** floats per pixel */
  readonly cells: number;
  /** maximum samples per pixel when loading */
  readonly loaded: number;
  /** maximum samples per pixel when storing */
  readonly stored: number;
}

const NO_COLUMNS = new Int32Array(0);
/** @param ranges address for the minimum and maximum of each unit, which are stored instead of samples */
export function storeLine(tables: Tables, line: LinePass, ranges: Address<'Floats'>): LineRecords {
  const { job, first, last } = line;
  const cells = cellsSummed(line);
  const verdict: Address<'Ints'> = judges(line) ? tables.store(Int32Array.of(1)) : NOWHERE;
  return {
    grid: storeGrid(tables, line),
    load: storeLoad(tables, line, !first ? rawLoad(job.load) : carriesAlpha(line) ? allOf(job.load, false) : job.load, verdict),
    verdict,
    asLoaded: !first || (job.load.samples === 'float32' && cells === job.load.channels && job.load.take === 'chosen' && !job.load.light && !job.load.origins),
    ...(last ? storeStore(tables, line, ranges) : { store: storeRawStore(tables, line), patterns: undefined }),
    cells,
    // with a stride, pixels of the original are further apart than those of the result
    loaded: Math.max(first ? job.load.channels : cells, last ? job.load.channels * Math.max(1, stepOf(job.store.kept?.columns ?? NO_COLUMNS)) : 0),
    stored: last ? Math.max(job.load.channels, channelsGiven(job)) : cells,
  };
}

function storeGrid(tables: Tables, { pass: { geometry: g }, rectangle: { x, y, width, height } }: LinePass): Address<'LineGrid'> {
  const address: Address<'LineGrid'> = tables.allocate(LINEGRID_BYTES);
  const [rows, columns] = [wanted(g, 1, y, height), wanted(g, 2, x, width)];
  const run = longestRun(columns);
  const fields = {
    ...{ outH: height, outW: width, denseW: (width - 1) * g.stride[2] + 1, strideH: g.stride[1], strideW: g.stride[2] },
    ...{ KH: g.kernel[1], KW: g.kernel[2], dilationH: g.dilation[1], dilationW: g.dilation[2] },
    ...{ tableH: tables.store(rows), tableW: tables.store(columns), runFrom: run.from, runTo: run.to, runSource: run.source },
  };
  writeLineGrid(tables.machine.views, address, fields);
  return address;
}
