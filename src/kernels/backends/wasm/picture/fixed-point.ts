import { NOWHERE } from '../address.js';
import type { StoredCorrelation } from '../layers/stored-correlation.js';
import { FIXED_CHUNK, FIXED_COLUMN_BITS, FIXED_GROUP, FIXED_TILE } from '../records.generated.js';
import type { LinePass } from './line-records.js';
import { type PictureProgram, pictureFields, type SumOf } from './picture-program.js';

/** Rows of a band: more would leave the second-level cache; with fewer, the window's own rows would weigh more. */
const BAND_ROWS = 40;
/** A vector may be read from the last cell on. */
const SLACK = 16;

export function fixedProgram({ row, column, columnBits }: SumOf<'fixed'>, line: LinePass, stored: StoredCorrelation): PictureProgram<'bytesFixed'> {
  const common = pictureFields(line, stored);
  const kept = common.filtered;
  const middle = column.length >> 1;
  // the middle counts twice, as the cells above and below it are added in pairs
  const columnPairs = pairsOf([column[middle] / 2, ...column.subarray(middle + 1)]);
  const rowPairs = grouped(pairsOf([...row]), kept);
  const [, outH, outW] = stored.spec.output;
  const bandRows = Math.min(BAND_ROWS, outH);
  const lineCells = FIXED_TILE * Math.ceil((stored.layout.columns.length + 2 * kept + SLACK) / FIXED_TILE);
  // behind its last cell, a group reads the pairs of two pixels for each further pair of weights
  const pairs = FIXED_CHUNK + 4 * FIXED_GROUP + (row.length + 8) * kept + SLACK;
  const record = {
    ...{ ...common, bandRows, lineCells, factor: 2 ** (FIXED_COLUMN_BITS - columnBits) },
    ...{ columnPairs: columnPairs.length, columnWeights: NOWHERE, rowPairs: rowPairs.length / 3, rowWeights: NOWHERE, rowStart: startOf(row) },
    ...{ linesAt: 0, pairsAt: 0, bytesAt: 0 },
  };
  return {
    name: 'bytesFixed',
    lists: [columnPairs, rowPairs],
    scratch: [2 * FIXED_TILE * (bandRows + column.length + 4), 2 * lineCells * (bandRows + 2), 4 * pairs, outW + SLACK],
    across: 1,
    rows: bandRows,
    taps: (row.length + column.length) / 2,
    record,
    place: ({ lists, parts }) => {
      [record.columnWeights, record.rowWeights] = lists;
      [, record.linesAt, record.pairsAt, record.bytesAt] = parts;
    },
  };
}

/** Sums of a row begin with half a level and the 128 levels that every cell lacks, in units of 2⁻²⁴; as signed 32 bits. */
function startOf(row: Int32Array): number {
  return (2 ** 23 + 128 * 2 ** 8 * row.reduce((sum, weight) => sum + weight, 0)) | 0;
}

/** Two weights in 32 bits, the first in the lower 16. */
function pairsOf(weights: readonly number[]): Int32Array {
  return Int32Array.from({ length: Math.ceil(weights.length / 2) }, (_, i) => (weights[2 * i] & 0xffff) | ((weights[2 * i + 1] ?? 0) << 16));
}

/** Two pairs, a group of whole vectors apart, and the distance of the first one from the window's first cell, in bytes: see `sumRow`. */
function grouped(pairs: Int32Array, kept: number): Int32Array {
  const apart = kept % 2 === 0 ? 1 : 2;
  const firsts = [...pairs.keys()].filter((i) => i % (2 * apart) < apart);
  return Int32Array.from(firsts.flatMap((i) => [pairs[i], pairs[i + apart] ?? 0, 8 * kept * i]));
}
