import type { Resampling, ResizeJob } from '../../../job.js';
import { NOWHERE } from '../address.js';
import { RESIZED_PIXELS, RESIZED_ROWS } from '../records.generated.js';
import type { Tables } from '../tables.js';
import type { PictureProgram } from './picture-program.js';

/** Rows per unit; the rows that units share are summed twice. */
const BAND_ROWS = 64;
/** Bytes of the ring of a tile, which stays in the L1 cache, and its minimum number of cells. */
const RING_BYTES = 24 * 1024;
const LEAST_CELLS = 256;
/**
 * Fraction bits of a value between the passes (255 times a power of two) and of a weight, so that sums stay below 2³¹.
 */
const MOST_WORD = 7;
const MOST_WEIGHT = 22;
const MOST_LATER_WEIGHT = 18;

/** The resize from 8 bits to 8 bits, in fixed point. */
export function bytesResizeProgram(
  tables: Tables,
  { load: { channels }, rows, columns, columnsFirst, unit = BAND_ROWS }: ResizeJob,
): PictureProgram<'bytesResize'> {
  const [inRow, outRow] = [channels * columns.input, channels * columns.output];
  const [first, second] = columnsFirst ? [rows, columns] : [columns, rows];
  const [firstBits, secondBits] = [weightBits(first, MOST_WEIGHT), weightBits(second, MOST_LATER_WEIGHT)];
  const wordBits = Math.min(MOST_WORD, MOST_WEIGHT - secondBits);
  const [firstShift, secondShift] = [firstBits - wordBits, secondBits + wordBits];
  const down = pairsOf(rows, columnsFirst ? firstBits : secondBits);
  const across = pairsOf(columns, columnsFirst ? secondBits : firstBits);
  const even = evenRun(across);
  const pairBytes = 4 * RESIZED_ROWS * channels;
  const bandRows = Math.min(rows.output, unit);
  const slots = 2 * Math.ceil(down.pairs / 2 + 1);
  const cellsOfRing = Math.max(LEAST_CELLS, RING_BYTES / 4 / slots);
  const most = cellsOfRing / channels / (columnsFirst ? Math.max(1, columns.input / columns.output) : 1);
  const tilePixels = Math.min(columns.output, RESIZED_PIXELS * Math.max(1, Math.floor(most / RESIZED_PIXELS)));
  const seen = 2 * seenBy(across, tilePixels) * channels;
  const byteRow = roundUp(tilePixels * channels) + RESIZED_PIXELS * channels;
  const summed = columnsFirst ? roundUp(seen) : byteRow;
  const record = {
    ...{ x: NOWHERE, out: NOWHERE, channels, inRow, outRow, inH: rows.input, outH: rows.output, bandRows, tilePixels },
    ...{ columnsFirst, white: 255 << wordBits },
    ...{ rowStarts: tables.store(down.starts), rowWeights: tables.store(down.weights), rowPairs: down.pairs, rowPhase: down.phase },
    columnStarts: tables.store(across.starts.map((start) => (start / 2) * pairBytes)),
    ...{ columnWeights: tables.store(across.weights), columnPairs: across.pairs, columnPhase: across.phase },
    ...{ evenFrom: even.from, evenTo: even.to, evenStep: (even.step / 2) * pairBytes },
    ...{ downBits: columnsFirst ? firstShift : secondShift, acrossBits: columnsFirst ? secondShift : firstShift },
    ...{ slots, ringRow: 4 * summed, linesAt: 0, wovenAt: 0, sumsAt: 0, bytesAt: 0, sumRow: 2 * summed, byteRow },
  };
  return {
    name: 'bytesResize',
    lists: [],
    scratch: [slots * record.ringRow, RESIZED_ROWS * record.sumRow, 8 * roundUp(seen), pairBytes * RESIZED_PIXELS, RESIZED_ROWS * byteRow],
    across: 1,
    rows: bandRows,
    taps: rows.taps,
    record,
    place({ parts }) {
      [, record.linesAt, record.wovenAt, record.sumsAt, record.bytesAt] = parts;
    },
  };
}

function roundUp(cells: number): number {
  return 32 * Math.ceil(cells / 32);
}

/** Windows as pairs of neighboring taps: where each window begins, how many pairs it has, and their weights, two in 32 bits. */
interface Pairs {
  /** 1: samples are counted from −1, so that windows begin at odd ones */
  readonly phase: number;
  /** even numbers */
  readonly starts: Int32Array;
  readonly pairs: number;
  readonly weights: Int32Array;
}

/** @returns weights `[output, pairs]` */
function pairsOf(windows: Resampling, bits: number): Pairs {
  const [even, odd] = [0, 1].map((phase) => pairsUnder(windows, phase));
  const [phase, pairs] = odd < even ? [1, odd] : [0, even];
  const starts = windows.starts.map((start) => (start + phase) & ~1);
  const weights = new Int16Array(2 * windows.output * pairs);
  const whole = wholeWeights(windows, 2 ** bits);
  for (let o = 0; o < windows.output; o++) {
    weights.set(whole.subarray(o * windows.taps, (o + 1) * windows.taps), 2 * o * pairs + windows.starts[o] + phase - starts[o]);
  }
  return { phase, starts, pairs, weights: new Int32Array(weights.buffer) };
}

function pairsUnder({ starts, taps }: Resampling, phase: number): number {
  return Math.ceil((taps + (starts.some((start) => (start + phase) % 2 === 1) ? 1 : 0)) / 2);
}

/** The longest run of windows that have the same weights, and begin at the same distance from each other. */
function evenRun({ starts, pairs, weights }: Pairs): { readonly from: number; readonly to: number; readonly step: number } {
  let best = { from: 0, to: 1, step: 0 };
  const isSame = (o: number) => weights.subarray(o * pairs, (o + 1) * pairs).every((weight, k) => weight === weights[(o - 1) * pairs + k]);
  for (let from = 0; from < starts.length; ) {
    const step = starts[from + 1] - starts[from];
    let to = from + 1;
    while (to < starts.length && starts[to] - starts[to - 1] === step && isSame(to)) to++;
    if (to - from > best.to - best.from) best = { from, to, step };
    from = to;
  }
  return best;
}

/** Maximum number of pairs that `count` neighboring result samples read. */
function seenBy({ starts, pairs }: Pairs, count: number): number {
  return starts.reduce((most, start, o) => Math.max(most, (starts[Math.min(starts.length, o + count) - 1] - start) / 2 + pairs), 0);
}

/** The largest power of two, at most `most`, for which all multiplied weights fit in 16 bits. */
function weightBits({ weights }: Resampling, most: number): number {
  const largest = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0);
  return Math.min(most, Math.floor(Math.log2((2 ** 15 - 2) / largest)));
}

/** Weights times `one`, rounded so that the sum of every window is `one`: flat areas do not change. */
function wholeWeights({ output, taps, weights }: Resampling, one: number): Int16Array {
  const whole = new Int16Array(output * taps);
  for (let o = 0; o < output; o++) {
    let [exact, sum] = [0, 0];
    for (let k = o * taps; k < (o + 1) * taps; k++) {
      exact += weights[k] * one;
      whole[k] = Math.round(exact) - sum;
      sum += whole[k];
    }
  }
  return whole;
}
