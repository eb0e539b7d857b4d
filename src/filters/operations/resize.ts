import type { Control } from '../../control.js';
import { OptionError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { type Format, newImage, whiteOf } from '../../image/samples.js';
import type { Backend, Executable } from '../../kernels/backend.js';
import { onBackend, RUN_OPTIONS, type RunOptions } from '../../kernels/backends/create.js';
import { inNameOf } from '../../kernels/eager.js';
import type { ResizeJob } from '../../kernels/job.js';
import { count, flag, type OptionsOf, oneOf, option, type Rows, type SettledOptions, settle } from '../../options.js';
import { type AnyImage, type ResultImage, refuseOut, runWhereItLies, throughHost, toPicture } from '../any-image.js';
import { backendFor, DeviceImage, formatOfAny } from '../device-image.js';
import { hasAlpha, isOpaque } from '../picture/channels.js';
import { checkOut, RESULT_OPTIONS, resultSamples, unitOf } from '../picture/output.js';
import { RecentPlans } from '../recent-plans.js';
import { type Resizing, resizeByLoops } from './resize-loops.js';
import { RESIZE_METHODS, resampling } from './resize-windows.js';

/** Rules and defaults of {@link ResizeOptions}. */
export const RESIZE_OPTIONS = {
  /**
   * Width in pixels. Default: computed from the height, keeping the aspect ratio: width · height' / height, rounded,
   * halves up, at least 1.
   */
  width: option(count, { help: 'width in pixels (default: keep the aspect ratio)' }),
  /** Height in pixels. Default: computed from the width in the same way. */
  height: option(count, { help: 'height in pixels (default: keep the aspect ratio)' }),
  /** The resampling kernel, see {@link ResizeMethod}. Default `'lanczos3'`. */
  method: option(oneOf(RESIZE_METHODS), { default: 'lanczos3', help: 'resampling kernel' }),
  /** Resize in linear light: samples are decoded as sRGB first, and the result is encoded again. Default false. */
  linear: option(flag, { default: false, help: 'resize in linear light: decode sRGB, resize, encode' }),
  /**
   * Handling of transparency in images with alpha. `'premultiply'`: every pixel is weighted by its opacity, so the color
   * of transparent pixels does not bleed in. `'filter'`: alpha is an ordinary channel. Default `'premultiply'`.
   */
  alpha: option(oneOf(['premultiply', 'filter']), {
    help: 'handling of transparency (default: premultiply, which weights colors by their opacity)',
    placeholder: 'how',
  }),
  /** Conversion of values to samples: `'clamp'`, `'float'` or `'16bit'`, see {@link Output}. Default `'clamp'`. */
  output: option(oneOf(['clamp', 'float', '16bit']), { default: 'clamp', help: 'how values are converted to samples', placeholder: 'how' }),
  ...RESULT_OPTIONS,
  ...RUN_OPTIONS,
} satisfies Rows;

/** Options of {@link resize}; `width`, `height` or both are required. */
export interface ResizeOptions extends OptionsOf<typeof RESIZE_OPTIONS> {}

/** The plans of recent calls. */
const recentResizes = new RecentPlans<ResizePlan>(8);

/**
 * Resizes an image.
 *
 * A convolution whose kernel changes with the phase: an output pixel is a weighted mean of the source pixels around the same position.
 * Pixel centers are at half-integers, so the image does not shift. When the image gets smaller, the kernel is stretched by the scale factor, which
 * prevents aliasing. At the border, the window is cut off and its weights are divided by their sum. Pillow does the same; its
 * results for `box`, `triangle` (BILINEAR), `catmull-rom` (BICUBIC) and `lanczos3` are the same within one level.
 *
 * 8-bit samples are summed along the rows and then along the columns (for `mitchell` in the opposite order, as in libvips), and values
 * beyond black and white are clamped after each pass. If samples or the result have more bits, `linear` is on, or colors are multiplied by
 * their opacity, values are clamped once, at the end.
 *
 * On wasm, 8-bit samples are summed in fixed point, within one level of exact sums: fewer than one sample in a hundred
 * is rounded differently. All other cases, and WebGPU, use floats. The backends `reference` and, without WebGPU, `gpu`
 * run the reference implementation in float64.
 *
 * @param image 8 or 16 bits or floats, 1 to 4 channels; not modified
 * @returns the same number of channels and the same sample type, unless `output` changes it
 * @throws OptionError if both width and height are missing, or an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { resize } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * const photo = await readImage('photo.jpg'); // 96 × 72
 * const small = await resize(photo, { width: 40 });
 * console.log(small.width, small.height); // → 40 30
 * await writeImage('square.png', await resize(photo, { width: 64, height: 64, method: 'catmull-rom', linear: true }));
 * ```
 */
export async function resize<I extends AnyImage, P extends 'clamp' | 'float' | '16bit' = 'clamp'>(
  image: I,
  options: ResizeOptions & { readonly output?: P },
): Promise<ResultImage<I, P>> {
  const { out, backend, signal, onProgress, ...settled } = settle('resize', options, RESIZE_OPTIONS);
  const picture = toPicture('resize', image);
  refuseOut('resize', picture, out);
  const run = { backend: backendFor('resize', picture, backend), signal, onProgress };
  const result = await onBackend('resize', run, { image: picture }, async (on, { image }, control) => {
    const format = formatOfAny(image);
    const plan = recentResizes.get(on, format, [settled], () => new ResizePlan(format, settled, on));
    if (!(image instanceof DeviceImage)) return plan.apply(image, out, control);
    const host = (image: Image, { backend: other, ...control }: RunOptions) => resize(image, { ...settled, ...control, backend: other });
    return inNameOf<DeviceImage>(
      'resize',
      on,
      async () => plan.run(image, undefined, control) ?? throughHost('resize', image, { ...control, backend: on }, host),
    );
  });
  return result as ResultImage<I, P>; // in the sample type of the output, stored where the image is
}

/** The plan for resizing images of one format: windows, and prepared jobs. */
export class ResizePlan {
  readonly result: Format;
  /** for the reference implementation; opaque images are summed without premultiplying */
  readonly #loops: (opaque: boolean) => Resizing;
  /** prepared jobs, with the cheaper one for opaque images first; if empty, the reference implementation runs */
  readonly ways: readonly { readonly job: ResizeJob; executable?: Executable }[];

  constructor(
    readonly format: Format,
    { width, height, method, linear, alpha, output }: Omit<SettledOptions<typeof RESIZE_OPTIONS>, 'out' | 'backend' | keyof Control>,
    readonly on: Backend,
  ) {
    const { channels, samples } = format;
    if (width === undefined && height === undefined) throw new OptionError('resize', 'width', 'or height must be set, an integer ≥ 1', width);
    if (alpha !== undefined && !hasAlpha(channels)) {
      throw new OptionError('resize', 'alpha', `requires an image with alpha (channels: ${channels})`, alpha);
    }
    const follow = (size: number, of: number, other: number) => Math.max(1, Math.floor((size * other) / of + 0.5));
    this.result = {
      channels,
      samples: resultSamples(samples, output),
      width: width ?? follow(height as number, format.height, format.width),
      height: height ?? follow(width as number, format.width, format.height),
    };
    const [rows, columns] = [resampling(format.height, this.result.height, method), resampling(format.width, this.result.width, method)];
    const premultiplied = hasAlpha(channels) && alpha !== 'filter';
    // Pillow and libvips keep 8 bits between their passes, so the order matters: rows first, except for Mitchell, which follows libvips
    const ofBytes = samples === 'uint8' && this.result.samples === 'uint8' && !linear;
    const passes = (limited: boolean) => ({ rows, columns, columnsFirst: !limited || method === 'mitchell', limited });
    this.#loops = (opaque) => ({ ...passes(ofBytes && (opaque || !premultiplied)), premultiplied, linear, clamped: output !== 'float' });
    const store = { samples: this.result.samples, unit: unitOf(samples, output), clamped: output !== 'float' };
    const chosen = Array.from({ length: channels }, (_, c) => c);
    const way = (take: 'chosen' | 'premultiplied', opaque: boolean): { job: ResizeJob } => ({
      job: {
        operation: 'resize',
        load: { samples, channels, white: whiteOf(samples), take, chosen, light: linear, opaque },
        ...passes(ofBytes && take === 'chosen'),
        store,
      },
    });
    const ways = premultiplied ? [way('chosen', true), way('premultiplied', false)] : [way('chosen', false)];
    this.ways = on.abilities.resize ? ways : [];
  }

  async apply(image: Image, out: Image | undefined, control: Control): Promise<Image> {
    if (out !== undefined) {
      checkOut('resize', out, this.result);
      if (overlap(out.data, image.data)) throw new OptionError('resize', 'out', 'must not share memory with the image', out);
    }
    const done = this.run(image, out, control);
    if (done) return done;
    const result = out ?? newImage(this.result, image);
    resizeByLoops(image, result, this.#loops(isOpaque(image)));
    return result;
  }

  /** @returns undefined, immediately, if the backend has no programs for it */
  run<I extends Image | DeviceImage>(image: I, out: Image | undefined, control: Control): Promise<I> | undefined {
    if (this.ways.length === 0) return undefined;
    const executables = this.ways.map((way) => {
      way.executable ??= this.on.prepare(way.job);
      return way.executable;
    });
    return runWhereItLies(this.on, [image], { ...control, executables, result: this.result, out });
  }

  release(): void {
    for (const way of this.ways) {
      if (way.executable) this.on.release(way.executable);
      way.executable = undefined;
    }
  }
}

function overlap(a: Image['data'], b: Image['data']): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
