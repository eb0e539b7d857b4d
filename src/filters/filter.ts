import { checkImage, type Image } from '../image/image.js';
import { RUN_OPTIONS } from '../kernels/backends/create.js';
import { PLAN_OPTION } from '../kernels/eager.js';
import { checkOptions, type OptionsOf, pickOptions, type Rows } from '../options.js';
import type { Tensor } from '../tensor.js';
import { backendFor, DeviceImage, formatOfAny } from './device-image.js';
import { type FilterPlan, planFilter } from './filter-plan.js';
import { RESULT_OPTIONS } from './picture/output.js';
import { RecentPlans } from './recent-plans.js';
import { AROUND_OPTIONS } from './settle-filter.js';
import { STEP_OPTIONS } from './step.js';

/**
 * What is known about each option of {@link filter}: its rule, its default, the words it allows. Forms and menus can be made from it.
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

/** The plans of the latest calls. To hold one of your own, and to release it, use {@link planFilter}. */
const recentFilters = new RecentPlans<FilterPlan>(32);

/**
 * Filters a picture: the kernel slides over every color channel by itself; for alpha see {@link FilterOptions.alpha}.
 * Like `conv`, it correlates; `flip: true` turns the kernel round.
 *
 * @param image 8 or 16 bits or floats, 1 to 4 channels; not changed
 * @param kernel `[kH, kW]`, any size: from the catalogue, or your own by `kernel2d`; or `[C, kH, kW]`, one for each filtered channel;
 * `[1, kH, kW]` is `[kH, kW]`
 * @returns as many channels of the same sample type; the same size too, unless stride or padding say otherwise
 * @throws ShapeError if the kernel is not `[kH, kW]`, or does not fit on the picture
 * @throws DataError if a weight is not finite
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { filter, kernel2d, SOBEL_X, sharpen } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * const photo = await readImage('photo.jpg');
 * await writeImage('sharp.png', await filter(photo, sharpen(1.5)));
 * await writeImage('edges.png', await filter(photo, SOBEL_X, { output: 'abs' }));
 * await writeImage('half.png', await filter(photo, kernel2d([[1, 1], [1, 1]]), { scale: 'sum', stride: 2 }));
 * ```
 */
export function filter(image: Image, kernel: Tensor, options?: FilterOptions): Promise<Image>;
/** The same of a picture that lies on a backend, see {@link uploadImage}: so does the result. `backend` may be left out, and `out` must be. */
export function filter(image: DeviceImage, kernel: Tensor, options?: Omit<FilterOptions, 'out'>): Promise<DeviceImage>;
export async function filter(image: Image | DeviceImage, kernel: Tensor, options: FilterOptions = {}): Promise<Image | DeviceImage> {
  checkOptions('filter', options, FILTER_OPTIONS);
  if (!(image instanceof DeviceImage)) checkImage('filter', image);
  const { out, backend, onPlan, ...settings } = options;
  const on = await backendFor('filter', image, backend);
  const format = formatOfAny(image);
  const plan = recentFilters.get(on, format, [kernel, settings], () => {
    const step = { kernel, ...pickOptions(settings, STEP_OPTIONS) };
    return planFilter(format, [step], pickOptions(settings, AROUND_OPTIONS), on, { operation: 'filter', merging: 'none', out });
  });
  return plan.apply(image, { out, onPlan });
}
