import type { Control } from '../control.js';
import type { ConvProgram, Job, PictureJob, PicturePart, PicturePass, PictureSumKind, SampleFormat } from './job.js';
import type { Reason } from './plan/reason.js';

/** Values stored on a backend. Only the backend that created the buffer can access them. */
export interface DeviceBuffer {
  /** number of float32 values */
  readonly length: number;
}

/** A prepared {@link Job}: programs, tables and memory of one backend. */
export interface Executable {
  readonly job: Job;
  /** True if a run may read its inputs after it has returned a promise. Default false */
  readonly later?: boolean;
  /** For backends that compile in the background: resolves when everything that a run needs is compiled. Undefined: nothing is being compiled. */
  readonly compiling?: Promise<unknown> | undefined;
}

/** A {@link PictureJob} for which the plan has not yet chosen how each pass computes its sums. */
export interface PictureOutline extends Pick<PictureJob, 'load' | 'store'> {
  readonly passes: readonly (Pick<PicturePass, 'geometry' | 'border'> & Partial<Pick<PicturePass, 'sum'>>)[];
}

/** Features of a backend in addition to the operators, which every backend has. The plan chooses among them. */
export interface Abilities {
  /** Programs for `conv`; `'direct'` is always one of them. */
  readonly programs: readonly ConvProgram[];
  /**
   * Kinds of sums that the backend computes directly on image samples. If empty, images are filtered
   * as float planes.
   */
  readonly pictures: readonly PictureSumKind[];
  /**
   * The reason why none of these sums can filter the image directly on its samples; undefined if one
   * can. Default: all images can.
   */
  readonly refuses?: (picture: PictureOutline) => Reason | undefined;
  /** True if it resizes images, see {@link ResizeJob}. Default false: plain loops are used. */
  readonly resize?: boolean;
  /** True if it compares images, see {@link ComparisonJob}. Default false: plain loops are used. */
  readonly comparison?: boolean;
  /** True if it computes histograms, see {@link HistogramJob}. Default false: plain loops are used. */
  readonly histogram?: boolean;
  /**
   * True for the reference backend, with which others are compared: convolutions run exactly as specified. Default
   * false.
   */
  readonly definition?: boolean;
}

/**
 * Executes jobs on its own buffers.
 *
 * The contract, which is the same for a GPU, WebAssembly and plain loops:
 * - everything that depends only on the job happens in {@link prepare}; the caller owns the result, and the backend keeps no copy;
 * - buffers are stored on the backend; a run writes into the given outputs and never allocates a result;
 * - runs of operators return at once, without a promise, and take effect in the order of the calls; only {@link read} returns
 *   a promise. A training step is therefore a list of runs that can be replayed;
 * - an output is overwritten completely, and is never one of the inputs, unless the job allows it;
 * - geometries are always valid: a backend checks only its own limits.
 */
export interface Backend {
  /** The kind of backend, e.g. `wasm`. */
  readonly name: string;
  /** The hardware or program in use, e.g. `webgpu (NVIDIA …)`, `wasm simd, 4 threads`, `plain loops`. */
  readonly device: string;
  readonly abilities: Abilities;
  /** True if the backend has crashed and can no longer be used: the next call replaces the default backend. Default false. */
  readonly lost?: boolean;

  /** A new buffer; its contents are zero. @throws UnsupportedError when the memory is exhausted */
  allocate(length: number): DeviceBuffer;
  /** Copies values into a buffer of the same length. */
  write(buffer: DeviceBuffer, values: Float32Array): void;
  /**
   * Waits for all previous calls and copies a buffer to the host. Failures of earlier runs are reported here.
   * @param into an array of the buffer's length to fill and return, if the backend supports it; otherwise a new array is returned
   * @param control its signal cancels runs that have not started, if the backend supports it
   */
  read(buffer: DeviceBuffer, into?: Float32Array, control?: Control): Promise<Float32Array>;
  /**
   * Optional, for calls that run asynchronously on a device: resolves once all calls before the previous call of
   * `keepUp` have completed. A loop that awaits it in every iteration has at most two iterations in progress.
   */
  keepUp?(): Promise<void>;
  /** Frees a buffer; it must not be used again. */
  free(buffer: DeviceBuffer): void;

  /** Prepares a job that can run any number of times. @throws UnsupportedError if it exceeds a limit of the backend */
  prepare(job: Job): Executable;
  /**
   * Runs an executable of this backend. The job determines its inputs and outputs.
   * @param inputs buffers; for an image its samples
   * @param parameters the parameters of a `pointwise` formula; they may differ from run to run
   * @param control for images: the promise rejects with the reason of its signal, and part of the result may be written
   * @returns false if an image is not opaque although its job requires it, otherwise true. A promise only for images, whose samples
   * must not change until it settles
   */
  run(
    executable: Executable,
    inputs: readonly Operand[],
    outputs: readonly Operand[],
    parameters?: readonly number[],
    control?: Control,
  ): boolean | Promise<boolean>;
  /** Frees the tables and memory of an executable; it must not run again. */
  release(executable: Executable): void;

  /**
   * Optional: a zeroed array for an image. If the caller can access the backend's own memory, the array is in that memory, and images
   * in it are filtered without a copy. Otherwise it is an ordinary array.
   * @throws UnsupportedError when the memory is exhausted
   */
  allocateBytes?(length: number): Uint8ClampedArray;
  /**
   * Optional: frees an array from {@link allocateBytes}, which must not be used again.
   * @returns false if it is not such an array, or was already freed
   */
  freeBytes?(bytes: Uint8ClampedArray): boolean;

  /**
   * Optional: separate operators, with their own buffers, for asynchronous calls that take and return tensors. Runs are deferred until a
   * buffer is read, so that long ones can run on another thread. Arrays that were written must not change until then.
   */
  readonly forCalls?: Backend | undefined;
  /** Only for a backend that runs each call on one of several others. */
  readonly chooser?: BackendChooser;
  /** Optional: images stored on the device of the backend. Otherwise they are in host memory. */
  readonly devicePictures?: DevicePictures | undefined;
  /** Optional: images of which only some rows are in memory. Without it, they are filtered as float planes, band by band. */
  readonly bands?: PictureBands | undefined;

  /** Frees all memory. The backend must not be used again. */
  dispose(): void;
}

/** Runs a call on the backend with the lowest expected time. */
export interface BackendChooser {
  /** The names of the backends. */
  readonly among: readonly Backend['name'][];
  /**
   * Runs a call from tensors to tensors on one of the backends. The call may run additional times, to compile and time it; the results
   * of these runs are discarded.
   * @param call `chosen` receives where the call runs and why; if it is undefined, the result of the call is discarded
   */
  run<T>(work: Work, call: (on: Backend, chosen?: BackendChoice) => Promise<T>): Promise<T>;
  /** The backend on which an image, or a call from tensors to tensors, would run. @param cost predicted milliseconds on wasm, from the plan */
  expect(call: PictureJob | Work, cost: number): Promise<BackendChoice>;
  /** The backend of the latest run of an image's executable. */
  latest(executable: Executable): BackendChoice | undefined;
}

/** The transfers and the work of a call, for predicting its time on a GPU. */
export interface Work {
  /** Calls of one kind take time proportional to `values`. */
  readonly kind: string;
  /** number of values of the result */
  readonly values: number;
  /** bytes transferred to the device */
  readonly up: number;
  /** bytes transferred back */
  readonly down: number;
  /** bytes that its programs read and write on the device */
  readonly bytes: number;
  /** multiply-adds of its programs */
  readonly multiplyAdds: number;
  /** programs that it starts, in order */
  readonly launches: number;
  /** predicted milliseconds on wasm, if planned */
  readonly cost?: number;
}

/** Where a call runs, and why. */
export interface BackendChoice {
  readonly backend: Backend['name'];
  readonly device: Backend['device'];
  /** Expected milliseconds on wasm: measured if such calls have run there, otherwise predicted. */
  readonly wasm: number;
  /** Expected milliseconds on the GPU, likewise; undefined if there is none. */
  readonly gpu: number | undefined;
  readonly reason: Reason;
  /** the reason in English */
  readonly why: string;
}

/**
 * Input or output of a run: a buffer of the backend, the samples of an image, an image of the backend, or the results of
 * a comparison or histogram.
 */
export type Operand = DeviceBuffer | PictureSamples | DevicePicture | Float64Array;

/** An image stored on a backend. */
export interface DevicePicture {
  /** number of samples */
  readonly length: number;
}

/** The format of an image, for the backend that stores it. */
export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: SampleFormat;
}

/** An arrangement of pixels: pixel (x, y) of the result is pixel start + x · across + y · down of the source, counted row by row. */
export interface Arrangement {
  readonly width: number;
  readonly height: number;
  readonly start: number;
  readonly across: number;
  readonly down: number;
}

/**
 * Images stored on a backend. A run reads and fills them like samples, but always as a whole: if a job changes only a part of the
 * image, its {@link PicturePart} covers the whole image, with strength 0 outside that part.
 */
export interface DevicePictures {
  /** Copies samples to the device. @returns undefined if it does not support images of that format: they stay in host memory */
  upload(samples: PictureSamples, format: PictureFormat): DevicePicture | undefined;
  /**
   * Optional: copies a canvas, a bitmap or a video frame to the device, as 8-bit RGBA that is not premultiplied. No copy is made in
   * host memory. The source is read before the call returns.
   * @returns undefined as {@link upload} does
   */
  uploadDrawable?(source: HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame, width: number, height: number): Promise<DevicePicture> | undefined;
  /** Allocates an image for a run to fill. @returns undefined as {@link upload} does */
  allocate(format: PictureFormat): DevicePicture | undefined;
  /**
   * Optional: the pixels of an image in another arrangement, as a new image.
   * @returns undefined if the result must be computed on the CPU
   */
  rearrange?(picture: DevicePicture, arrangement: Arrangement): DevicePicture | undefined;
  /** Waits for all earlier calls, and fills `into`. */
  read(picture: DevicePicture, into: PictureSamples): Promise<void>;
  /**
   * Optional: draws an image without reading it back.
   * @param show called once, with a canvas that shows the image during the call
   * @returns undefined if the image must be read instead
   */
  draw?(picture: DevicePicture, show: (canvas: HTMLCanvasElement | OffscreenCanvas) => void): Promise<void> | undefined;
  /** Frees an image; it must not be used again. */
  free(picture: DevicePicture): void;
}

/** A range of image rows: the first row, and the row after the last. */
export type RowRange = readonly [from: number, to: number];

/** A range of rows of a result. The arrays of the input and the output may hold only some rows of the images; `input` and `output` are the first of these. */
export interface PictureBand {
  /**
   * Rows of the result or, if only a part of the image is filtered, of that part. They begin and end at multiples of
   * the unit, or at the end.
   */
  readonly rows: RowRange;
  /** first row of the image in the input */
  readonly input: number;
  /** first row of the whole result in the output */
  readonly output: number;
}

/** The minimum and maximum of some values. */
export interface ValueRange {
  readonly least: number;
  readonly largest: number;
}

/**
 * Computes rows of a result from rows of the image. The executable is that of the whole image, so the result is
 * bit-identical to a run on the whole image, however it is divided into bands.
 */
export interface PictureBands {
  /** Rows of the result that are computed together. */
  unit(executable: Executable): number;
  /** The rows of the image needed for rows of the result; an empty range, [0, 0], if the windows are beyond the border. */
  source(executable: Executable, rows: RowRange): RowRange;
  /**
   * Like {@link Backend.run}, but the input contains only some rows of the image; a mask is complete.
   * @param range the range of all values of a normalized result, see {@link measure}
   */
  run(
    executable: Executable,
    inputs: readonly Operand[],
    output: Operand,
    band: PictureBand,
    control?: Control,
    range?: ValueRange,
  ): boolean | Promise<boolean>;
  /** The range of the values of a normalized result in a band; undefined if the image must be opaque and is not. */
  measure(executable: Executable, inputs: readonly Operand[], band: PictureBand, control?: Control): Promise<ValueRange | undefined>;
}

/** The samples of an image. */
export type PictureSamples = Uint8ClampedArray | Uint16Array | Float32Array;
