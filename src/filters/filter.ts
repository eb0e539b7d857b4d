import type { Image } from '../image/image.js';
import { type ImageSource, toImage } from '../image/image-source.js';
import { onBackend, RUN_OPTIONS } from '../kernels/backends/create.js';
import { PLAN_OPTION } from '../kernels/eager.js';
import { checkOptions, type OptionsOf, pickOptions, type Rows } from '../options.js';
import { backendFor, DeviceImage, formatOfAny } from './device-image.js';
import { type FilterPlan, planFilter } from './filter-plan.js';
import type { KernelSource } from './kernel-source.js';
import { type Output, RESULT_OPTIONS, type ResultSamples } from './picture/output.js';
import { RecentPlans } from './recent-plans.js';
import { AROUND_OPTIONS } from './settle-filter.js';
import { STEP_OPTIONS } from './step.js';

/**
 * The rule, default and allowed values of each option of {@link filter}, for example to build forms and menus.
 * @example
 * ```ts
 * import { FILTER_OPTIONS } from 'convlab';
 *
 * console.log(FILTER_OPTIONS.output.words?.[0], FILTER_OPTIONS.stride.holds(0)); // → clamp false
 * ```
 */
export const FILTER_OPTIONS = {
  ...STEP_OPTIONS,
  ...AROUND_OPTIONS,
  ...RESULT_OPTIONS,
  ...RUN_OPTIONS,
  ...PLAN_OPTION,
} satisfies Rows;

/** Options of {@link filter}. Values per axis are in the order `[y, x]`. */
export interface FilterOptions extends OptionsOf<typeof FILTER_OPTIONS> {}

/** The plans of recent calls. Use {@link planFilter} to hold and release a plan yourself. */
const recentFilters = new RecentPlans<FilterPlan>(32);

/**
 * Filters an image: applies a kernel to each color channel. For alpha, see {@link FilterOptions.alpha}. Like `conv`, it computes a
 * cross-correlation; `flip: true` rotates the kernel by 180°.
 *
 * All arguments are read before the call returns, on every backend, so input buffers can be reused immediately. The exception is samples of
 * more than 32 MiB (an 8-bit 3840 × 2160 RGBA image is just below this): leave them unchanged until the promise settles. `out` is written
 * until the promise settles. `conv`, pooling, pipelines, plans and operations follow the same rule.
 *
 * @param image 8 or 16 bits or floats, 1 to 4 channels, as an {@link Image} or any other {@link ImageSource}; not modified
 * @param kernel `[kH, kW]`, any size: a name from the catalogue, rows of weights, or a tensor, see
 * {@link KernelSource}; or `[C, kH, kW]`, one kernel per filtered channel; `[1, kH, kW]` is read as `[kH, kW]`
 * @returns the same number of channels and sample type (bytes as a `Uint8ClampedArray`), and the same size unless stride or padding change it
 * @throws ShapeError if the kernel is not `[kH, kW]`, or does not fit in the image, or if the buffer of the image was detached or resized
 * @throws DataError if a weight is not finite
 * @throws OptionError if a name or an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { filter, SOBEL_X, sharpen } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * const photo = await readImage('photo.jpg');
 * await writeImage('sharp.png', await filter(photo, sharpen(1.5)));
 * await writeImage('edges.png', await filter(photo, SOBEL_X, { output: 'abs' }));
 * await writeImage('half.png', await filter(photo, [[1, 1], [1, 1]], { scale: 'sum', stride: 2 }));
 * await writeImage('soft.png', await filter(photo, 'gaussian:2'));
 * ```
 */
export function filter<I extends ImageSource, P extends Output = 'clamp'>(
  image: I,
  kernel: KernelSource,
  options?: FilterOptions & { readonly output?: P },
): Promise<Image<ResultSamples<I, P>>>;
/** Filters an image on a backend, see {@link uploadImage}; the result stays on the backend. `backend` is optional, and `out` is not allowed. */
export function filter(image: DeviceImage, kernel: KernelSource, options?: Omit<FilterOptions, 'out'>): Promise<DeviceImage>;
/** Filters an image that may be in memory or on a backend. */
export function filter(image: Image | DeviceImage, kernel: KernelSource, options?: Omit<FilterOptions, 'out'>): Promise<Image | DeviceImage>;
export async function filter(source: ImageSource | DeviceImage, kernel: KernelSource, options: FilterOptions = {}): Promise<Image | DeviceImage> {
  checkOptions('filter', options, FILTER_OPTIONS);
  const { out, backend, onPlan, signal, onProgress, ...settings } = options;
  const image = source instanceof DeviceImage ? source : toImage(source, 'filter');
  const run = { backend: backendFor('filter', image, backend), signal, onProgress };
  return onBackend('filter', run, { image, kernel, settings }, (on, { image, kernel, settings }, control) => {
    const format = formatOfAny(image);
    const plan = recentFilters.get(on, format, [kernel, settings], () => {
      const step = { kernel, ...pickOptions(settings, STEP_OPTIONS) };
      return planFilter(format, [step], pickOptions(settings, AROUND_OPTIONS), on, { operation: 'filter', merging: 'none', out });
    });
    return plan.apply(image, { out, onPlan, ...control });
  });
}
