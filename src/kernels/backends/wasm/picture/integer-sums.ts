import { NOWHERE } from '../address.js';
import type { StoredCorrelation } from '../layers/stored-correlation.js';
import type { Tables } from '../tables.js';
import type { LinePass } from './line-pass.js';
import { lineBytes, lineFields } from './line-programs.js';
import type { LineRecords } from './line-records.js';
import { type PictureProgram, pictureFields, type SumOf } from './picture-program.js';

// Programs that sum integers: bytes in place with integer weights, or running sums of a box.

/** Rows of a box that are summed incrementally; the first one needs a full sum of the window's rows. */
const BOX_ROWS = 128;
/** Approximate cost of a box of any size, in taps. */
const BOX_TAPS = 12;
/** The largest range of sums that 16 bits can scale from black to white: intermediate values are at most 1.5 times as large. */
const MOST_SPREAD = 21845;
/** Approximate cost of a square root, in taps. */
const ROOT_TAPS = 8;

export function integerProgram(
  kernel: SumOf<'integer'>,
  line: LinePass,
  records: LineRecords,
  stored: StoredCorrelation,
  tables: Tables,
): PictureProgram<'integerBytes' | 'integerWords'> {
  const { window, scale, quotient } = kernel;
  const { load, store } = line.job;
  const { bias } = line.pass;
  const cross = crossOf(kernel, line);
  // for a cross, the rows
  const taps = cross ? [0, 3, 6] : [...window.keys()].filter((tap) => window[tap] !== 0).sort((a, b) => order(window[a]) - order(window[b]));
  const [plus, minus] = [0, 1].map((kind) => taps.filter((tap) => order(window[tap]) === kind).length);
  const plain = scale === 1;
  const wide = load.samples === 'uint8' && store.samples === 'uint16' && plain && !store.part;
  const floats = (store.samples !== load.samples || store.part !== undefined) && !wide;
  const direct = floats && store.samples === 'float32' && !store.part;
  const fields = {
    ...{ correlation: stored.address, offsets: tables.store(offsetsOf(taps, stored)), taps: taps.length, plus, minus },
    weights: tables.store(cross ?? Int32Array.from(taps.slice(plus + minus), (tap) => window[tap])),
    ...{ cross: cross !== undefined, keeps: store.kept !== undefined, plain, whole: plain ? bias : 0 },
    ...{
      shift: quotient?.shift ?? 0,
      factor: quotient?.factor ?? 0,
      bits: quotient?.bits ?? 0,
      half: quotient ? 2 ** (quotient.bits - 1) : 0,
      scale: direct ? scale * store.unit : scale,
      bias: direct ? bias * store.unit : bias,
    },
    ...{ absolute: store.absolute, spread: store.normalized, range: 0, floats, direct, wide, unit: direct ? store.unit : 1, stripAt: 0 },
  };
  const record = { ...lineFields(records), ...fields };
  return {
    name: load.samples === 'uint8' ? 'integerBytes' : 'integerWords',
    lists: [],
    scratch: [...lineBytes(records, line.rectangle.width), stored.stripBytes / 4],
    across: 1,
    rows: stored.layout.stripRows,
    taps: taps.length,
    record,
    verdict: records.verdict,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.stripAt] = parts;
    },
    normalize(least, largest) {
      const range = Math.max(1, largest - least);
      const quick = load.samples === 'uint8' && !floats && range <= MOST_SPREAD;
      record.plain = false;
      record.whole = (plain ? bias : 0) - (quick ? least : 0);
      record.range = quick ? range : 0;
      record.shift = quick ? 14 - Math.floor(Math.log2(range)) : 0;
      record.half = (range - 1) >> 1;
      record.factor = quick ? Math.floor((load.white * 2 ** (15 - record.shift)) / range) : 0;
      record.scale = load.white / range;
      record.bias = -record.scale * least;
    },
  };
}

/**
 * The weights of center and sides for four channels, if the window and its image satisfy the conditions of
 * assembly/picture/bytes-cross.ts.
 */
function crossOf({ window, scale }: SumOf<'integer'>, { pass: { geometry, bias }, job: { load, store } }: LinePass): Int32Array | undefined {
  const { kernel, dilation, before } = geometry;
  const keepsAlpha = load.chosen.length < load.channels;
  const { kept, samples, absolute, normalized, part } = store;
  if (load.samples !== 'uint8' || samples !== 'uint8' || absolute || normalized || part) return undefined;
  // alpha is taken from the window's center
  if (kept && (kept.rows[0] !== dilation[1] - before[1] || kept.columns[0] !== 1 - before[2])) return undefined;
  if (load.channels !== 4 || kernel[1] !== 3 || kernel[2] !== 3 || dilation[2] !== 1 || scale !== 1 || bias !== 0) return undefined;
  const [, side, , , center] = window;
  if (![0, side, 0, side, center, side, 0, side, 0].every((weight, tap) => weight === window[tap])) return undefined;
  const [own, others] = keepsAlpha ? [1, 0] : [center, side];
  return new Int32Array(Int16Array.of(center, center, center, own, side, side, side, others).buffer);
}

/** Offsets of taps in a strip, and in x itself. */
function offsetsOf(taps: readonly number[], { layout }: StoredCorrelation): Int32Array {
  return Int32Array.from([layout.offsets, layout.direct.offsets].flatMap((offsets) => taps.map((tap) => offsets[tap] / 4)));
}

/** Sorts taps of weight 1 and −1 first, because they need no product. */
function order(weight: number): number {
  return weight === 1 ? 0 : weight === -1 ? 1 : 2;
}

export function magnitudeProgram({ windows: [a, b], scale }: SumOf<'magnitude'>, line: LinePass, stored: StoredCorrelation): PictureProgram<'bytesMagnitude'> {
  const taps = [...a.keys()].filter((tap) => a[tap] !== 0 || b[tap] !== 0);
  const record = { ...pictureFields(line, stored), offsets: NOWHERE, taps: taps.length, weights: NOWHERE, scale };
  return {
    name: 'bytesMagnitude',
    // the first weight of a pair is in the lower 16 bits
    lists: [offsetsOf(taps, stored), Int32Array.from(taps, (tap) => (a[tap] & 0xffff) | (b[tap] << 16))],
    scratch: [stored.stripBytes / 4],
    across: 1,
    rows: stored.layout.stripRows,
    taps: 2 * taps.length + ROOT_TAPS,
    record,
    place: ({ lists }) => {
      [record.offsets, record.weights] = lists;
    },
  };
}

export function boxProgram({ weight }: SumOf<'box'>, line: LinePass, stored: StoredCorrelation): PictureProgram<'bytesBox'> {
  const { geometry, bias } = line.pass;
  const cells = stored.layout.columns.length;
  const [, height] = geometry.output;
  const bandRows = Math.ceil(height / Math.ceil(height / Math.max(BOX_ROWS, 3 * geometry.kernel[1])));
  const record = { ...pictureFields(line, stored), bandRows, weight, bias, entersAt: 0, leavesAt: 0, lineAt: 0 };
  return {
    name: 'bytesBox',
    lists: [],
    scratch: [2 * cells, cells, cells, cells],
    across: 1,
    rows: bandRows,
    taps: BOX_TAPS,
    record,
    place: ({ parts }) => {
      [, record.entersAt, record.leavesAt, record.lineAt] = parts;
    },
  };
}
