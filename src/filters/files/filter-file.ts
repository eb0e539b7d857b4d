import { CONTROL_OPTIONS, partOf } from '../../control.js';
import { Gate } from '../../gate.js';
import { DECODE_OPTIONS, ENCODE_OPTIONS, settleEncoding } from '../../image/codecs.js';
import { FORMAT_NAME, formatNamed } from '../../image/formats/format-names.js';
import type { Image } from '../../image/image.js';
import { formatOfPath, readFor, writeFor } from '../../image/image-files.js';
import { inTime } from '../../image/limits.js';
import { checkPath } from '../../image/whole-file.js';
import { checkOptions, type OptionsOf, pickOptions, pickRows, type Rows } from '../../options.js';
import { othersTurn } from '../../turns.js';
import type { KernelSource } from '../kernel-source.js';
import { PIPELINE_OPTIONS, PIPELINE_RUN_OPTIONS, pipeline, type StepSource } from '../pipeline.js';

const READ = pickRows(DECODE_OPTIONS, 'limits', 'codec') satisfies Rows;
const ENCODE = pickRows(ENCODE_OPTIONS, 'quality', 'codec', 'metadata') satisfies Rows;
const WRITE = { format: FORMAT_NAME, ...ENCODE } satisfies Rows;
const RUN = pickRows(PIPELINE_RUN_OPTIONS, 'region', 'mask', 'backend', 'onPlan') satisfies Rows;

/** Images processed in parallel. Further calls wait, which limits memory. */
const AT_ONCE = 4;
const gate = new Gate(AT_ONCE);

/** Rules and defaults of {@link FilterFileOptions}. */
export const FILTER_FILE_OPTIONS = { ...PIPELINE_OPTIONS, ...RUN, ...READ, ...WRITE, ...CONTROL_OPTIONS } satisfies Rows;

/** Progress fractions before and after reading, filtering and writing. */
const PARTS = [0, 0.3, 0.7, 1];

/** Options of {@link filterFile}: those of `pipeline` and its `apply`, of `readImage` and of `writeImage`. */
export interface FilterFileOptions extends OptionsOf<typeof FILTER_FILE_OPTIONS> {}

/**
 * Reads an image, filters it and writes the result, as `convlab filter` does. For many images of one format, create a `pipeline` once and call
 * `readImage`, `apply` and `writeImage`, which plans the filter only once. At most four calls run at a time, in order; waiting calls hold no
 * memory.
 *
 * @param from a PNG, JPEG, BMP, GIF, TIFF or NPY file; with sharp, also WebP and AVIF; detected from its contents
 * @param to the extension sets the format; written atomically; may be the same file as `from`
 * @param kernels one kernel, or a list of steps as in `pipeline`
 * @returns the filtered image
 * @throws DataError, naming the file, if it cannot be read or written
 * @throws as `pipeline` does
 * @example
 * ```ts
 * import { filterFile } from 'convlab/node';
 *
 * await filterFile('photo.jpg', 'soft.png', 'gaussian:2');
 * const edges = await filterFile('photo.jpg', 'edges.jpg', ['gaussian:1', 'sobel-x'], { output: 'abs', quality: 90 });
 * console.log(edges.width, edges.height); // → 96 72
 * ```
 */
export async function filterFile(
  from: string,
  to: string,
  kernels: KernelSource | readonly (StepSource | KernelSource)[],
  options: FilterFileOptions = {},
): Promise<Image> {
  checkOptions('filterFile', options, FILTER_FILE_OPTIONS);
  checkPath('filterFile', from, 'from');
  checkPath('filterFile', to, 'to');
  // reports an invalid result name before reading anything
  settleEncoding('filterFile', options.format ? formatNamed(options.format) : formatOfPath(to, 'filterFile', 'to'), pickOptions(options, ENCODE));
  const steps = isList(kernels) ? kernels : [kernels];
  options.signal?.throwIfAborted();
  // many calls may arrive together, and creating a kernel can take milliseconds
  await othersTurn();
  const look = pipeline(steps, pickOptions(options, PIPELINE_OPTIONS));
  const { limits = {}, onProgress } = options;
  return inTime('filterFile', from, limits, options.signal, (signal) => {
    const control = { signal, onProgress };
    const [read, run, write] = [READ, RUN, WRITE].map((rows, i) => ({ ...pickOptions(options, rows), ...partOf(control, PARTS[i], PARTS[i + 1]) }));
    return gate.pass(
      1,
      async () => {
        const result = await look.replace(await readFor('filterFile', from, { ...read, limits: { ...limits, seconds: undefined } }), run);
        await writeFor('filterFile', to, result, write);
        return result;
      },
      signal,
    );
  });
}

/** True for a list of steps, false for the rows of one kernel. */
function isList(kernels: unknown): kernels is readonly (StepSource | KernelSource)[] {
  return Array.isArray(kernels) && !(Array.isArray(kernels[0]) && typeof kernels[0][0] === 'number') && typeof kernels[0] !== 'number';
}
