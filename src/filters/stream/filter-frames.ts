import { OptionError, UnsupportedError } from '../../errors.js';
import { toRgba8 } from '../../image/samples.js';
import { chosenBackend, RUN_OPTIONS } from '../../kernels/backends/create.js';
import { PLAN_OPTION } from '../../kernels/eager.js';
import { checkOptions, type OptionsOf, pickOptions, pickRows, type Rows } from '../../options.js';
import { type DeviceImage, uploadImage } from '../device-image.js';
import { filter } from '../filter.js';
import { type KernelSource, toKernel } from '../kernel-source.js';
import { WHERE_OPTIONS } from '../picture/region.js';
import { Pipeline } from '../pipeline.js';
import { AROUND_OPTIONS } from '../settle-filter.js';
import { STEP_OPTIONS } from '../step.js';

const STREAMING = { ...pickRows(RUN_OPTIONS, 'backend'), ...PLAN_OPTION } satisfies Rows;

/** Rules and defaults of {@link FilterFramesOptions}. */
export const FILTER_FRAMES_OPTIONS = { ...STEP_OPTIONS, ...AROUND_OPTIONS, ...STREAMING } satisfies Rows;
const PIPELINE_FRAMES_OPTIONS = { ...WHERE_OPTIONS, ...STREAMING } satisfies Rows;

/**
 * Options of {@link filterFrames}: those of `filter`, except for `out`, `signal` and `onProgress`. To cancel a stream,
 * pass a signal to `pipeTo`.
 */
export interface FilterFramesOptions extends OptionsOf<typeof FILTER_FRAMES_OPTIONS> {}
/** Options of {@link filterFrames} with a pipeline, which contains all other options. */
export interface PipelineFramesOptions extends OptionsOf<typeof PIPELINE_FRAMES_OPTIONS> {}

/**
 * Filters the frames of a video in a page (WebCodecs): a `TransformStream` between a decoder, a camera or a
 * `MediaStreamTrackProcessor`, and an encoder, a canvas or a `MediaStreamTrackGenerator`. Output frames are 8-bit RGB,
 * with alpha if the input may have alpha, and keep the timestamps of the input frames. Input frames are closed once they
 * are read; close the output frames yourself. One frame is filtered ahead of the consumer.
 *
 * @param kernel as in `filter`, or a {@link Pipeline}
 * @throws OptionError if a name or an option is unknown, or the result would not have 8 bits; UnsupportedError if
 * `VideoFrame` is not available
 * @example
 * ```ts
 * import { filterFrames } from 'convlab';
 *
 * async function sharpen(camera: ReadableStream<VideoFrame>, screen: WritableStream<VideoFrame>) {
 *   await camera.pipeThrough(await filterFrames('sharpen')).pipeTo(screen);
 * }
 * console.log(sharpen.length); // → 2
 * ```
 */
export async function filterFrames(kernel: KernelSource, options?: FilterFramesOptions): Promise<TransformStream<VideoFrame, VideoFrame>>;
export async function filterFrames(pipeline: Pipeline, options?: PipelineFramesOptions): Promise<TransformStream<VideoFrame, VideoFrame>>;
export async function filterFrames(kernel: KernelSource | Pipeline, options: FilterFramesOptions = {}): Promise<TransformStream<VideoFrame, VideoFrame>> {
  checkOptions('filterFrames', options, kernel instanceof Pipeline ? PIPELINE_FRAMES_OPTIONS : FILTER_FRAMES_OPTIONS);
  const output = kernel instanceof Pipeline ? kernel.options.output : options.output;
  if (output === 'float' || output === '16bit') throw new OptionError('filterFrames', 'output', 'must give 8-bit samples, as video frames have them', output);
  if (typeof VideoFrame === 'undefined') throw new UnsupportedError('filterFrames', 'requires VideoFrame, which only browsers provide');
  const backend = await chosenBackend('filterFrames', options.backend);
  // a name is parsed, and the filter planned, once
  const weights = kernel instanceof Pipeline ? kernel : toKernel('filterFrames', kernel);
  const apply = (image: DeviceImage) =>
    weights instanceof Pipeline
      ? weights.apply(image, { ...pickOptions(options, { ...WHERE_OPTIONS, ...PLAN_OPTION }) })
      : filter(image, weights, { ...options, backend });
  return new TransformStream<VideoFrame, VideoFrame>(
    {
      async transform(frame, controller) {
        const { timestamp, duration, format } = frame;
        const image = await uploadImage(frame, { backend }).finally(() => frame.close());
        const result = await apply(image).finally(() => image.free());
        const { width, height, data } = toRgba8Of(await result.read());
        result.free();
        const about = { codedWidth: width, codedHeight: height, timestamp, duration: duration ?? undefined };
        controller.enqueue(new VideoFrame(data, { format: hasAlpha(format) ? 'RGBA' : 'RGBX', ...about }));
      },
    },
    // one frame is filtered ahead, so that neither side waits for the other
    { highWaterMark: 1 },
    { highWaterMark: 1 },
  );
}

function toRgba8Of(image: Parameters<typeof toRgba8>[0]) {
  const { width, height } = image;
  const rgba = toRgba8(image);
  // frames do not accept shared memory
  return { width, height, data: rgba.buffer instanceof ArrayBuffer ? (rgba as Uint8ClampedArray<ArrayBuffer>) : rgba.slice() };
}

/** Whether a pixel format has alpha; undefined if the browser does not report the format. */
function hasAlpha(format: VideoPixelFormat | null): boolean {
  return format === null || format.includes('A');
}
