import type { Samples } from '../../image/image.js';
import { type RowBand, toRows } from '../../image/rows.js';
import type { Format } from '../../image/samples.js';
import { inNameOf } from '../../kernels/eager.js';
import type { KernelSource } from '../kernel-source.js';
import type { Pipeline } from '../pipeline.js';
import { BandPass, outputBands } from './band-pass.js';
import { checkPasses, computeBand, type FilterStreamOptions, type PipelineStreamOptions, planRows, teller } from './filter-stream.js';

/** A transform stream from bands of image rows to bands of result rows. */
export interface RowTransform extends TransformStream<RowBand, Samples> {
  /** format of the result */
  readonly format: Format;
}

/**
 * {@link filterStream} as a web `TransformStream`: `rows.pipeThrough(await filterTransform(format, 'gaussian:2'))`.
 * Rows are read once, so `output: 'normalize'` is rejected, and an image with alpha that is filtered premultiplied
 * requires `opaque`.
 *
 * @param format the format of the image
 * @returns a transform for one image
 * @throws as {@link filterStream} does
 * @example
 * ```ts
 * import { filterTransform } from 'convlab';
 *
 * const rows = new ReadableStream<Uint8Array>({
 *   start(controller) {
 *     for (let y = 0; y < 20; y++) controller.enqueue(new Uint8Array(64).fill(12 * y));
 *     controller.close();
 *   },
 * });
 * const soft = rows.pipeThrough(await filterTransform({ width: 64, height: 20, channels: 1, samples: 'uint8' }, 'gaussian:2'));
 * for await (const band of soft) console.log(band.length); // → 1280
 * ```
 */
export async function filterTransform(format: Format, kernel: KernelSource, options?: FilterStreamOptions): Promise<RowTransform>;
export async function filterTransform(format: Format, pipeline: Pipeline, options?: PipelineStreamOptions): Promise<RowTransform>;
export async function filterTransform(format: Format, kernel: KernelSource | Pipeline, options: FilterStreamOptions = {}): Promise<RowTransform> {
  const { operation, plan, backend } = await planRows('filterTransform', format, kernel, options);
  const { opaque, onPlan, onProgress, signal, bandHeight } = options;
  const chosen = plan.transparent && opaque === false ? plan.transparent : plan;
  const by = chosen.byRows();
  checkPasses(operation, plan, by, false, opaque);
  const tell = teller(by, options);
  const pass = new BandPass(operation, by, outputBands(by, bandHeight), (held, rows) => {
    return inNameOf(operation, backend, () => computeBand(by, held, rows, { signal }));
  });
  const put = async (bands: AsyncIterable<Samples>, controller: TransformStreamDefaultController<Samples>) => {
    try {
      for await (const band of bands) {
        signal?.throwIfAborted();
        tell(band);
        controller.enqueue(band);
      }
    } catch (error) {
      await pass.settled();
      by.release();
      throw error;
    }
  };
  if (onPlan) for (const step of chosen.steps) onPlan(step);
  const transform = new TransformStream<RowBand, Samples>({
    transform: (band, controller) => put(pass.push(toRows(operation, band, plan.format)), controller),
    async flush(controller) {
      await put(pass.end(), controller);
      by.release();
      onProgress?.(1);
    },
  });
  return Object.assign(transform, { format: plan.result });
}
