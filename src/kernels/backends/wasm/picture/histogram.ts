import type { Control } from '../../../../control.js';
import type { PictureSamples } from '../../../backend.js';
import type { HistogramJob } from '../../../job.js';
import type { Address } from '../address.js';
import type { Background } from '../background.js';
import type { Machine } from '../machine.js';
import type { HistogramTask } from '../records.generated.js';
import { onceOn, type Tables, type TablesOn } from '../tables.js';
import { finish, type Steps } from '../turns.js';
import { bytesOf } from './band-memory.js';
import { SAMPLE_BYTES } from './line-pass.js';
import type { RunPicture } from './picture-bands.js';

/** Parts of a band with separate counts, one per thread. */
const SHARES = 8;
/** Bytes per band of the image. */
const BAND_BYTES = 2 * 1024 * 1024;
/** Nanoseconds per sample. */
const NS = { uint8: 1.2, uint16: 1.5, float32: 4 };

type Count = (picture: PictureSamples, out: Float64Array) => Steps<true>;

/**
 * Prepares the histogram of an image on a machine with threads.
 * @param background runs large images without blocking the caller. Default: they block it
 * @returns a function that runs the job and returns true, or a promise if it runs in the background
 */
export function prepareHistogram(
  job: HistogramJob,
  tablesOn: TablesOn,
  machine: Machine,
  background?: Background,
): ((operands: Parameters<Count>, control?: Control) => boolean | Promise<boolean>) & Pick<RunPicture, 'later'> {
  const on = onceOn(tablesOn, (tables) => histogram(job, tables));
  const away = background?.isFor(NS[job.samples] * job.width * job.height * job.chosen.length) ? background : undefined;
  const run = (operands: Parameters<Count>, control?: Control) =>
    away ? away.run((elsewhere) => on(elsewhere)(...operands), control) : finish(on(machine)(...operands));
  return Object.assign(run, { later: away !== undefined });
}

/** Copies the image in bands; float images twice, first to find the range. */
function histogram({ width, height, channels, samples, chosen, classes }: HistogramJob, tables: Tables): Count {
  const { machine } = tables;
  const rowBytes = width * channels * SAMPLE_BYTES[samples];
  const bandRows = Math.min(height, Math.max(1, Math.round(machine.bandRows ?? BAND_BYTES / rowBytes)));
  const shareRows = Math.ceil(bandRows / SHARES);
  const floats = samples === 'float32';
  const common = [bandRows * rowBytes, 4 * SHARES * classes, floats ? 4 * SHARES * classes : 0, 8 * SHARES];
  const list = tables.store(Int32Array.from(chosen));
  const work = NS[samples] * bandRows * width * chosen.length;

  return function* (picture, out) {
    const scratch = machine.scratchFor(common, []);
    const [band, counts, largest, ranges] = scratch.common;
    const pass = function* (program: 'countSamples' | 'rangeOfFloats', [least, most]: readonly [number, number]): Steps<void> {
      for (let top = 0; top < height; top += bandRows) {
        const bottom = Math.min(height, top + bandRows);
        new Uint8Array(machine.bytes, band, (bottom - top) * rowBytes).set(bytesOf(picture).subarray(top * rowBytes, bottom * rowBytes));
        yield 'turn';
        const task: HistogramTask = {
          ...{ x: (band - top * rowBytes) as Address<'Bytes'>, sampleBytes: SAMPLE_BYTES[samples], channels, width, rowBytes },
          ...{ chosen: list, counted: chosen.length, top, bottom, shareRows, counts, classes, least, most, largest, ranges },
        };
        yield* machine.perform(program, task, { units: SHARES, scratch, work });
      }
    };
    new Uint32Array(machine.bytes, counts, SHARES * classes).fill(0);
    if (floats) {
      machine.floats(largest, SHARES * classes).fill(Number.NEGATIVE_INFINITY);
      machine.put(
        Float32Array.from({ length: 2 * SHARES }, (_, i) => (i % 2 === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)),
        ranges,
      );
      yield* pass('rangeOfFloats', [0, 0]);
    }
    const found = floats ? machine.floats(ranges, 2 * SHARES) : [0, 0];
    yield* pass('countSamples', [Math.min(...found.filter((_, i) => i % 2 === 0)), Math.max(...found.filter((_, i) => i % 2 === 1))]);
    addUp(new Uint32Array(machine.bytes, counts, SHARES * classes), floats ? machine.floats(largest, SHARES * classes) : undefined, out);
    return true;
  };
}

/** @param largest largest value per bin; for integers, the bin itself */
function addUp(counts: Uint32Array, largest: Float32Array | undefined, out: Float64Array): void {
  const classes = out.length / 2;
  out.fill(0, 0, classes);
  out.fill(Number.NEGATIVE_INFINITY, classes);
  counts.forEach((count, i) => {
    const place = i % classes;
    out[place] += count;
    if (count > 0) out[classes + place] = Math.max(out[classes + place], largest ? largest[i] : place);
  });
}
