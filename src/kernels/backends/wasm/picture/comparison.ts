import type { Control } from '../../../../control.js';
import type { PictureSamples } from '../../../backend.js';
import type { ComparisonJob } from '../../../job.js';
import { type Address, NOWHERE } from '../address.js';
import type { Background } from '../background.js';
import type { Machine } from '../machine.js';
import { COMPARED_PIXELS, COMPARED_TAPS, COMPARISON_BYTES, type ComparisonTask, LINELOAD_BYTES, TAKE_ALL, writeLineLoad } from '../records.generated.js';
import { onceOn, type Tables, type TablesOn } from '../tables.js';
import { finish, type Steps } from '../turns.js';
import { bytesOf } from './band-memory.js';
import { SAMPLE_BYTES } from './line-pass.js';
import { SLACK } from './line-programs.js';
import type { RunPicture } from './picture-bands.js';

/** Rows per tile; with fewer, the overlapping rows that are read twice would cost more. */
const TILE_ROWS = 64;
/** Bytes per band of each image. */
const BAND_BYTES = 4 * 1024 * 1024;
/** Nanoseconds per sample. */
const NS = 8;

/** Compares two images. @param out [4], see {@link ComparisonJob} */
type Compare = (a: PictureSamples, b: PictureSamples, out: Float64Array) => Steps<true>;

/**
 * Prepares the comparison of two images on a machine with threads.
 * @param background runs large images without blocking the caller. Default: they block it
 * @returns a function that runs the job and returns true, or a promise if it runs in the background
 */
export function prepareComparison(
  job: ComparisonJob,
  tablesOn: TablesOn,
  machine: Machine,
  background?: Background,
): ((operands: Parameters<Compare>, control?: Control) => boolean | Promise<boolean>) & Pick<RunPicture, 'later'> {
  const on = onceOn(tablesOn, (tables) => comparison(job, tables));
  const away = background?.isFor(NS * job.width * job.height * job.channels) ? background : undefined;
  const run = (operands: Parameters<Compare>, control?: Control) =>
    away ? away.run((elsewhere) => on(elsewhere)(...operands), control) : finish(on(machine)(...operands));
  return Object.assign(run, { later: away !== undefined });
}

/** Copies images in bands of whole tiles, with the rows below that windows reach. */
function comparison({ width, height, channels, samples, white, window }: ComparisonJob, tables: Tables): Compare {
  const { machine } = tables;
  const rowBytes = width * channels * SAMPLE_BYTES[samples];
  const load: Address<'LineLoad'> = tables.allocate(LINELOAD_BYTES);
  const weights = tables.store(window.slice(0, (COMPARED_TAPS + 1) / 2));
  const plain = {
    take: TAKE_ALL,
    order: NOWHERE,
    weights: NOWHERE,
    light: false,
    lightOfBytes: NOWHERE,
    border: NOWHERE,
    origins: NOWHERE,
    verdict: NOWHERE,
  } as const;
  writeLineLoad(machine.views, load, { sampleBytes: SAMPLE_BYTES[samples], channels, cells: channels, white, rowBytes, ...plain });
  const [across, down] = [Math.ceil(width / COMPARED_PIXELS), Math.ceil(height / TILE_ROWS)];
  const tilesInBand = Math.max(1, Math.round((machine.bandRows ?? BAND_BYTES / rowBytes) / TILE_ROWS));
  const bandRows = Math.min(height, tilesInBand * TILE_ROWS + COMPARED_TAPS - 1);
  const seen = COMPARED_PIXELS + COMPARED_TAPS - 1;
  const line = 4 * (seen * channels + SLACK);
  const common = [bandRows * rowBytes, bandRows * rowBytes, across * down * COMPARISON_BYTES];
  const each = [line, line, 32, 16 * (seen + 1), 16 * seen * 2 * COMPARED_TAPS * channels];

  return function* (a, b, out) {
    const scratch = machine.scratchFor(common, each);
    const [first, second, results] = scratch.common;
    const [firstAt, secondAt, channelsAt, sumsAt, ringAt] = scratch.each;
    for (let tile = 0; tile < down; tile += tilesInBand) {
      const top = tile * TILE_ROWS;
      const end = Math.min(height, top + bandRows);
      for (const [picture, at] of [[a, first] as const, [b, second] as const]) {
        new Uint8Array(machine.bytes, at, (end - top) * rowBytes).set(bytesOf(picture).subarray(top * rowBytes, end * rowBytes));
        yield 'turn';
      }
      const task: ComparisonTask = {
        ...{ a: (first - top * rowBytes) as Address<'Bytes'>, b: (second - top * rowBytes) as Address<'Bytes'> },
        ...{ load, height, width, tileRows: TILE_ROWS, weights, results, firstAt, secondAt, channelsAt, sumsAt, ringAt },
      };
      const [from, units] = [tile, Math.min(down, tile + tilesInBand)].map((row) => row * across);
      yield* machine.perform('comparePictures', task, { first: from, units, scratch, work: NS * (units - from) * COMPARED_PIXELS * TILE_ROWS * channels });
    }
    out.set(added(new Float64Array(machine.bytes, results, 4 * across * down)));
    return true;
  };
}

/** Combines all tiles in order: the maximum, and three sums. */
function added(tiles: Float64Array): readonly number[] {
  const all = [0, 0, 0, 0];
  tiles.forEach((value, i) => {
    all[i % 4] = i % 4 === 0 ? Math.max(all[0], value) : all[i % 4] + value;
  });
  return all;
}
