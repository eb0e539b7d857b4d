import type { Control } from '../control.js';
import { OptionError, UnsupportedError } from '../errors.js';
import { type Image, imageToTensor, type Samples } from '../image/image.js';
import { type ImageSource, toImage } from '../image/image-source.js';
import { arrayOf, type Format, newImage, sameFormat, whiteOf } from '../image/samples.js';
import type { Backend, Executable } from '../kernels/backend.js';
import { inNameOf, type PlanOption } from '../kernels/eager.js';
import { whileKept } from '../kernels/keep.js';
import { Operators } from '../kernels/operators.js';
import { type ConvPlan, planOn } from '../kernels/plan/conv-plan.js';
import { overPlanes, type PicturePlan, planPicture, whyNotFromSamples } from '../kernels/plan/plan-picture.js';
import { inWords, type Reason } from '../kernels/plan/reason.js';
import { holding } from '../lent-memory.js';
import { DeviceImage, formatOfAny, hostPicture, isOnHost, upload } from './device-image.js';
import { isOpaque } from './picture/channels.js';
import type { ImageOptions } from './picture/image-options.js';
import { checkOut, deliver, mapOutput, type ResultOptions, samplesToImage, toResultUnits } from './picture/output.js';
import { OverPlanes } from './picture/over-planes.js';
import { blend, copyAround, cropImage, cropTensor, shares, type WhereOptions, wholePart } from './picture/region.js';
import { pictureWay } from './picture-way.js';
import { type PlanCaller, type SettledFilter, settleFilter } from './settle-filter.js';
import type { KernelStep } from './step.js';
import { checkLocal, type FilterByRows } from './stream/by-rows.js';
import { PlanesByRows } from './stream/planes-by-rows.js';
import { SamplesByRows } from './stream/samples-by-rows.js';

/** Options of {@link FilterPlan.apply}. */
export interface ApplyOptions extends ResultOptions, PlanOption, Control {}

/** A filter prepared for images of one format: created once by {@link planFilter}, applied to any number of images. */
export interface FilterPlan {
  /** format of the input images */
  readonly format: Format;
  /** format of the results */
  readonly result: Format;
  /** One plan per convolution that runs; neighboring kernels of a pipeline may have been merged. */
  readonly steps: readonly ConvPlan[];
  /** The plan for images with transparent pixels, if it differs. */
  readonly transparent?: FilterPlan;
  /**
   * Filters an image.
   * @throws OptionError if it is stored on another backend, or if it is stored on this one and `out` is given
   * @throws ShapeError if the image is not of the plan's format, or `out` does not have the format of the result
   */
  apply(image: ImageSource, options?: ApplyOptions): Promise<Image>;
  /** Filters an image stored on the plan's backend, where the result is stored too. */
  apply(image: DeviceImage, options?: Omit<ApplyOptions, 'out'>): Promise<DeviceImage>;
  /** Filters an image that may be in memory or on the plan's backend. */
  apply(image: ImageSource | DeviceImage, options?: ApplyOptions): Promise<Image | DeviceImage>;
  /**
   * The same filter for one band of rows at a time; `filterStream` uses it.
   * @throws OptionError if rows of the result depend on rows anywhere in the image
   * @throws UnsupportedError if the backend can compute it only from the whole image
   */
  byRows(): FilterByRows;
  /** Releases the programs and tables that the backend holds for the plan. The plan can still be applied again. */
  release(): void;
}

/**
 * Plans a filter for images of one format. The plan settles everything that does not depend on the samples: borders, scaling, transparency, and
 * the cheapest algorithm for each kernel on the backend. Nothing is computed or allocated.
 *
 * @param format the format of the images
 * @param steps the kernels, in the order in which they run
 * @param options as for `filter`
 * @throws ShapeError or OptionError as `filter` does
 * @example
 * ```ts
 * import { createBackend, planFilter, sharpen } from 'convlab';
 *
 * const backend = await createBackend('wasm', { threads: 1 });
 * const plan = planFilter({ width: 1920, height: 1080, channels: 4, samples: 'uint8' }, [{ kernel: sharpen() }], {}, backend);
 * console.log(plan.steps[0].through, plan.steps[0].arithmetic, plan.result.width); // → samples int16 1920
 * ```
 */
export function planFilter(
  format: Format,
  steps: readonly KernelStep[],
  options: ImageOptions & WhereOptions,
  backend: Backend,
  caller: PlanCaller = { operation: 'planFilter', merging: 'none' },
): FilterPlan {
  const settled = settleFilter(format, steps, options, caller);
  const on = new Operators(backend);
  if (settled.alpha !== 'premultiply') return new PlannedFilter(settled, on);
  const transparent = new PlannedFilter(settled, on);
  // opaque images need no premultiplication, which halves the work
  return settled.opaqueBorder ? new PlannedFilter({ ...settled, alpha: 'ignore' }, on, transparent) : transparent;
}

class PlannedFilter implements FilterPlan {
  readonly format: Format;
  readonly result: Format;
  readonly #whyPlanes: Reason | undefined;
  readonly #fromSamples: PicturePlan | undefined;
  #overPlanes: OverPlanes | undefined;
  #executable: Executable | undefined;
  /** executable for images stored on the backend, if different */
  #onDevice: Executable | undefined;

  /** @param transparent the plan for images that are not opaque; the new plan then accepts only opaque images */
  constructor(
    readonly settled: SettledFilter,
    readonly on: Operators,
    readonly transparent?: PlannedFilter,
  ) {
    this.format = settled.format;
    this.result = settled.result;
    const way = pictureWay(settled, transparent !== undefined);
    this.#whyPlanes = way ? whyNotFromSamples(way, on.backend) : { name: 'beyondBorders' };
    this.#fromSamples = way && planPicture(way, on.backend);
    // rejects now, instead of at the first image, an algorithm that cannot compute its kernel
    if (!this.#fromSamples && settled.steps.some(({ algorithm }) => algorithm !== 'auto')) this.#planes();
  }

  get steps(): readonly ConvPlan[] {
    const why = this.#whyPlanes;
    return this.#fromSamples?.steps ?? this.#planes().main.map(({ plan }) => (why ? overPlanes(plan, why) : plan));
  }

  apply(image: ImageSource, options?: ApplyOptions): Promise<Image>;
  apply(image: DeviceImage, options?: Omit<ApplyOptions, 'out'>): Promise<DeviceImage>;
  apply(image: ImageSource | DeviceImage, options?: ApplyOptions): Promise<Image | DeviceImage>;
  async apply(source: ImageSource | DeviceImage, options: ApplyOptions = {}): Promise<Image | DeviceImage> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    const image = this.#check(source, options.out);
    const run = () => (image instanceof DeviceImage ? this.#filterOnDevice(image, options) : this.#filter(image, options));
    const used = image instanceof DeviceImage ? (isOnHost(image.content) ? image.content : undefined) : image;
    const held = [used?.data, options.out?.data, this.settled.mask?.data];
    const result = await holding(held, () => inNameOf<Image | DeviceImage>(this.settled.operation, this.on.backend, run));
    signal?.throwIfAborted();
    onProgress?.(1);
    return result;
  }

  /** Copies nothing, unless the filter runs on float planes. */
  async #filterOnDevice(image: DeviceImage, options: ApplyOptions): Promise<DeviceImage> {
    const { backend } = this.on;
    const { content } = image;
    if (isOnHost(content)) return new DeviceImage(this.result, backend, await this.#filter(content, { ...options, out: hostPicture(this.result, backend) }));
    const result = this.#fromSamples && backend.devicePictures?.allocate(this.result);
    if (!this.#fromSamples || !result) return upload(await this.#filter(await image.read(), options), backend);
    const { job, steps } = this.#fromSamples;
    const { mask, format } = this.settled;
    const { onPlan, signal } = options;
    this.#onDevice ??= backend.prepare({ ...job, store: { ...job.store, part: job.store.part && wholePart(job.store.part, format) } });
    if (!(await backend.run(this.#onDevice, mask ? [content, mask.data] : [content], [result], [], { signal }))) {
      backend.devicePictures?.free(result);
      return (this.transparent as PlannedFilter).#filterOnDevice(image, options);
    }
    if (onPlan) for (const step of steps) onPlan(step);
    return new DeviceImage(this.result, backend, result);
  }

  async #filter(image: Image, options: ApplyOptions): Promise<Image> {
    if (this.#fromSamples) {
      const executable = this.#ready(this.#fromSamples);
      const { mask } = this.settled;
      return whileKept(mask ? [image.data, mask.data] : [image.data], executable.later, (samples) => this.#filterSamples(image, samples, executable, options));
    }
    if (!this.transparent || isOpaque(image)) return this.#applyOverPlanes(image, options.out, options);
    return this.transparent.#filter(image, options);
  }

  /**
   * Filters an image that is not opaque.
   * @param before the executable that refused it; if its runs read their inputs later, the samples are already copies
   */
  async #filterRefused(image: Image, samples: readonly Samples[], before: Executable, options: ApplyOptions): Promise<Image> {
    if (!this.#fromSamples) return this.#filter(image, options);
    const executable = this.#ready(this.#fromSamples);
    return whileKept(samples, executable.later && !before.later, (kept) => this.#filterSamples(image, kept, executable, options));
  }

  #ready({ job }: PicturePlan): Executable {
    this.#executable ??= this.on.backend.prepare(job);
    return this.#executable;
  }

  /** @param samples samples of the image and the mask, possibly copies */
  async #filterSamples(image: Image, samples: readonly Samples[], executable: Executable, options: ApplyOptions): Promise<Image> {
    const { out, onPlan, signal, onProgress } = options;
    const { local } = this.settled;
    const { backend } = this.on;
    const result = out ?? newImage(this.result, image);
    const from = { ...image, data: samples[0] };
    const inPlace = result.data.buffer === from.data.buffer;
    if (local && !inPlace) copyAround(from, result, this.settled);
    const done = backend.run(executable, samples, [result.data], [], { signal, onProgress });
    // does not `await` a value that is not a promise, so that the samples are read before the call returns
    if (!(typeof done === 'boolean' ? done : await done)) return (this.transparent as PlannedFilter).#filterRefused(from, samples, executable, options);
    // the kernels read the original pixels around it
    if (local && inPlace) copyAround(from, result, this.settled);
    if (onPlan) for (const step of this.steps) onPlan(planOn(step, backend.chooser?.latest(executable)));
    return result;
  }

  byRows(): FilterByRows {
    checkLocal(
      this.settled.operation,
      this.settled.steps.map(({ geometry }) => geometry),
    );
    const { backend } = this.on;
    const { bands } = backend;
    if (!bands) return new PlanesByRows(this.settled, new Operators(backend), this.transparent !== undefined);
    if (this.#fromSamples) return new SamplesByRows(this.settled, backend, bands, this.#fromSamples.job);
    const why = inWords(this.#whyPlanes ?? { name: 'notFinite' });
    throw new UnsupportedError(this.settled.operation, `${backend.name} computes this only from the whole image: ${why}; use the backend 'reference'`);
  }

  release(): void {
    for (const executable of [this.#executable, this.#onDevice]) if (executable) this.on.backend.release(executable);
    this.#executable = undefined;
    this.#onDevice = undefined;
    this.on.release();
    this.transparent?.release();
  }

  async #applyOverPlanes(image: Image, out: Image | undefined, tell: PlanOption): Promise<Image> {
    const { format, changed, output, local, rectangle, seen, region, mask } = this.settled;
    // everything is read before the first `await`
    const whole = local ? imageToTensor(image) : undefined;
    const share = local ? shares({ region, mask }, rectangle, format) : undefined;
    const result = await this.#planes().run(imageToTensor(cropImage(image, seen)), tell);
    if (!whole || !share) {
      mapOutput(result, format.samples, output, changed);
      return deliver(samplesToImage(result, format.samples, output), out, image);
    }
    const part = cropTensor(result, { ...rectangle, x: rectangle.x - seen.x, y: rectangle.y - seen.y });
    mapOutput(part, format.samples, output, changed);
    toResultUnits(whole, format.samples, output);
    blend(whole, part, rectangle, share);
    return deliver(samplesToImage(whole, format.samples, output), out, image);
  }

  #planes(): OverPlanes {
    const { operation, seenSteps, channels, filtered, alpha, format, linear, changed } = this.settled;
    const around = { channels, filtered, alpha, white: whiteOf(format.samples), light: linear ? changed : [] };
    this.#overPlanes ??= new OverPlanes(operation, seenSteps, around, this.on);
    return this.#overPlanes;
  }

  #check(source: ImageSource | DeviceImage, out: Image | undefined): Image | DeviceImage {
    const { operation, mask } = this.settled;
    const image = source instanceof DeviceImage ? source : toImage(source, operation);
    if (image instanceof DeviceImage) {
      const { backend } = this.on;
      if (image.backend !== backend)
        throw new OptionError(operation, 'image', `must be stored on the backend of the plan, ${backend.device}`, image.backend.device);
      if (out !== undefined) throw new OptionError(operation, 'out', 'requires an image in host memory', out);
    }
    if (mask) toImage(mask, operation);
    const received = formatOfAny(image);
    const { width, height, channels, samples } = this.format;
    if (received.width !== width || received.height !== height || received.channels !== channels || received.samples !== samples) {
      throw new OptionError(operation, 'image', `must have the planned format, ${wordsFor(this.format)}`, wordsFor(received));
    }
    if (out !== undefined) checkOut(operation, out, this.result);
    return image;
  }
}

/**
 * An image that nothing else uses, if the result of a plan can replace its samples band by band. New memory is not free:
 * the system clears and maps every page of it.
 */
export function replaceable(image: Image, { format, result }: FilterPlan): Image | undefined {
  // images with alpha are searched for transparent pixels before any sample may change
  return sameFormat(format, result) && format.channels % 2 === 1 ? image : undefined;
}

function wordsFor({ width, height, channels, samples }: Format): string {
  return `${width} × ${height} with ${channels} channels in a ${arrayOf(samples).name}`;
}
