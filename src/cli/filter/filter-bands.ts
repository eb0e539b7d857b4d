import { outputBands } from '../../filters/stream/band-pass.js';
import { computeBand } from '../../filters/stream/filter-stream.js';
import type { Samples } from '../../image/image.js';
import { eachBand, rowLength, wrongHeight } from '../../image/rows.js';
import { arrayOf } from '../../image/samples.js';
import type { RowRange } from '../../kernels/backend.js';
import type { RowJob } from './filter-rows.js';

/**
 * Divides a result into bands that can be computed separately, each from the rows of the image that it needs.
 * @param count number of bands; fewer if rows must be computed together
 * @returns undefined if a band depends on all rows: on the range of values, or on whether any pixel is transparent; or if there are several plans
 */
export function splitRows({ plans: [plan, ...more] }: RowJob, count: number): readonly RowRange[] | undefined {
  if (plan.transparent || more.length > 0) return undefined;
  const by = plan.byRows();
  const bands = by.measured ? undefined : outputBands(by, Math.ceil(by.result.height / count));
  by.release();
  return bands?.map(({ rows }) => rows);
}

/** The heights of the bands in which a stream writes the result of one plan. */
export function streamBands({ plans: [plan] }: RowJob): readonly number[] {
  const by = plan.byRows();
  const bands = outputBands(by, undefined);
  by.release();
  return bands.map(({ rows: [from, to] }) => to - from);
}

/** Computes rows of the result, with the same bits as in the whole result. Earlier rows of the image are skipped. */
export async function filterBand({ picture, plans: [plan] }: RowJob, rows: RowRange): Promise<Samples> {
  const by = plan.byRows();
  try {
    const [from, to] = by.source(rows);
    const length = rowLength(plan.format);
    const data = new (arrayOf(plan.format.samples))((to - from) * length);
    let at = 0;
    for await (const band of eachBand('filter', picture.rows, plan.format)) {
      const end = at + band.length / length;
      const [first, last] = [Math.max(at, from), Math.min(end, to)];
      if (first < last) data.set(band.subarray((first - at) * length, (last - at) * length), (first - from) * length);
      at = end;
      if (at >= to) break;
    }
    if (at < to) wrongHeight('filter', plan.format, `${at}`);
    return await computeBand(by, { image: { ...plan.format, height: to - from, data }, from }, rows, {});
  } finally {
    by.release();
  }
}
