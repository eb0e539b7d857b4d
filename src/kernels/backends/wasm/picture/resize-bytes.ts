import type { Resampling, ResizeJob } from '../../../job.js';
import { NOWHERE } from '../address.js';
import { RESIZED_PIXELS, RESIZED_ROWS } from '../records.generated.js';
import type { Tables } from '../tables.js';
import type { PictureProgram } from './picture-program.js';

/** Weights are multiplied by this and rounded, so that 16 bits hold them. */
const ONE = 2 ** 14;

/** 8 bits to 8 bits, in fixed point. */
export function bytesResizeProgram(tables: Tables, { load: { channels }, rows, columns }: ResizeJob): PictureProgram<'bytesResize'> {
  const [inRow, outRow] = [channels * columns.input, channels * columns.output];
  const [down, across] = [pairsOfRows(rows), pairsOfColumns(columns)];
  const pairBytes = 4 * RESIZED_ROWS * channels;
  const record = {
    ...{ x: NOWHERE, out: NOWHERE, channels, inRow, outRow, inH: rows.input, outH: rows.output },
    ...{ rowStarts: tables.store(down.starts), rowWeights: tables.store(down.weights), rowPairs: down.pairs },
    columnStarts: tables.store(across.starts.map((start) => (start / 2) * pairBytes)),
    ...{ columnWeights: tables.store(across.weights), columnPairs: across.pairs },
    ...{ wovenAt: 0, sumsAt: 0, bytesAt: 0, sumRow: 2 * roundUp(inRow), byteRow: roundUp(outRow) + RESIZED_PIXELS * channels },
  };
  const wovenBytes = (Math.ceil(columns.input / 2) + across.pairs) * pairBytes;
  return {
    name: 'bytesResize',
    lists: [],
    scratch: [RESIZED_ROWS * record.sumRow, wovenBytes, pairBytes * RESIZED_PIXELS, RESIZED_ROWS * record.byteRow],
    across: 1,
    rows: RESIZED_ROWS,
    taps: rows.taps,
    record,
    place({ parts }) {
      [, record.wovenAt, record.sumsAt, record.bytesAt] = parts;
    },
  };
}

function roundUp(cells: number): number {
  return 16 * Math.ceil(cells / 16);
}

/** Windows as pairs of neighboring taps: where each window begins, how many pairs it has, and their weights, two in 32 bits. */
interface Pairs {
  readonly starts: Int32Array;
  readonly pairs: number;
  readonly weights: Int32Array;
}

/** Two output rows share a window. @returns weights `[windows, pairs, 2]` */
function pairsOfRows(rows: Resampling): Pairs {
  const windows = Math.ceil(rows.output / 2);
  const rowsOf = (window: number) => [2 * window, Math.min(2 * window + 1, rows.output - 1)] as const;
  const longest = Math.max(...Array.from({ length: windows }, (_, i) => rows.starts[rowsOf(i)[1]] + rows.taps - rows.starts[2 * i]));
  const pairs = Math.ceil(longest / 2);
  const starts = new Int32Array(windows);
  const weights = new Int16Array(4 * windows * pairs);
  const whole = wholeWeights(rows);
  for (let i = 0; i < windows; i++) {
    starts[i] = Math.max(0, Math.min(rows.starts[2 * i], rows.input - 2 * pairs));
    rowsOf(i).forEach((row, which) => {
      for (let k = 0; k < rows.taps; k++) {
        const tap = rows.starts[row] + k - starts[i];
        weights[4 * (i * pairs + (tap >> 1)) + 2 * which + (tap & 1)] = whole[row * rows.taps + k];
      }
    });
  }
  return { starts, pairs, weights: new Int32Array(weights.buffer) };
}

/** Windows begin at even pixels. @returns weights `[output, pairs]` */
function pairsOfColumns(columns: Resampling): Pairs {
  const starts = columns.starts.map((start) => start - (start % 2));
  const pairs = Math.ceil(Math.max(...columns.starts.map((start) => (start % 2) + columns.taps)) / 2);
  const weights = new Int16Array(2 * columns.output * pairs);
  const whole = wholeWeights(columns);
  for (let o = 0; o < columns.output; o++) {
    weights.set(whole.subarray(o * columns.taps, (o + 1) * columns.taps), 2 * o * pairs + columns.starts[o] - starts[o]);
  }
  return { starts, pairs, weights: new Int32Array(weights.buffer) };
}

/** Weights times {@link ONE}, rounded so that every window's still sum to it: flat areas stay as they are. */
function wholeWeights({ output, taps, weights }: Resampling): Int16Array {
  const whole = new Int16Array(output * taps);
  for (let o = 0; o < output; o++) {
    let [exact, sum] = [0, 0];
    for (let k = o * taps; k < (o + 1) * taps; k++) {
      exact += weights[k] * ONE;
      whole[k] = Math.round(exact) - sum;
      sum += whole[k];
    }
  }
  return whole;
}
