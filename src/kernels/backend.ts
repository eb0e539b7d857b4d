import type { Control } from '../control.js';
import type { ConvProgram, Job, PictureJob, PicturePart, PicturePass, PictureSumKind, SampleFormat } from './job.js';
import type { Reason } from './plan/reason.js';

/** Numbers that live on a backend. Only the backend that made it can look inside. */
export interface DeviceBuffer {
  /** how many float32 values it holds */
  readonly length: number;
}

/** A {@link Job} that is ready to run: programs, tables and memory of one backend. */
export interface Executable {
  readonly job: Job;
  /** Its runs may read their inputs after they have returned a promise. Default false */
  readonly later?: boolean;
  /** Of a backend that compiles while other things run: resolves when all is compiled that a run now would wait for. Undefined: nothing is. */
  readonly compiling?: Promise<unknown> | undefined;
}

/** What is known of a picture's job before its sums are chosen. */
export interface PictureOutline extends Pick<PictureJob, 'load' | 'store'> {
  readonly passes: readonly (Pick<PicturePass, 'geometry' | 'border'> & Partial<Pick<PicturePass, 'sum'>>)[];
}

/** What a backend can do beyond the operators, which every backend has. The plan chooses among these. */
export interface Abilities {
  /** Programs for `conv`; `'direct'` is always one of them. */
  readonly programs: readonly ConvProgram[];
  /** Sums that it computes from the samples of a picture to samples; none: pictures are convolved as planes of floats. */
  readonly pictures: readonly PictureSumKind[];
  /** Why a picture is not computed from samples to samples, whatever its sums are; undefined: it can be. Default: every picture can. */
  readonly refuses?: (picture: PictureOutline) => Reason | undefined;
  /** It resizes pictures, see {@link ResizeJob}. Default false: plain loops do. */
  readonly resize?: boolean;
  /** It compares pictures, see {@link ComparisonJob}. Default false: plain loops do. */
  readonly comparison?: boolean;
  /** It counts the values of pictures, see {@link HistogramJob}. Default false: plain loops do. */
  readonly histogram?: boolean;
  /** It is the definition that others are compared with: convolutions run exactly as they are written. Default false. */
  readonly definition?: boolean;
}

/**
 * Something that executes jobs on buffers of its own.
 *
 * The contract, the same for a GPU, WebAssembly and plain loops:
 * - everything that depends on the job alone happens in {@link prepare}; the caller holds the result, and no backend keeps a second copy;
 * - buffers live on the backend; a run writes into the outputs that it is handed and never allocates a result;
 * - runs of operators return at once and take effect in the order in which they were called: only {@link read} is asynchronous, so a
 *   training step is a list of runs that can be replayed;
 * - an output is overwritten as a whole, and is never one of the inputs, unless the job says so;
 * - geometries are valid by construction: a backend validates nothing but its own limits.
 */
export interface Backend {
  /** Names the kind of backend, e.g. `wasm`. */
  readonly name: string;
  /** What really runs underneath, e.g. `webgpu (NVIDIA …)`, `wasm simd, 4 threads`, `plain loops`. */
  readonly device: string;
  readonly abilities: Abilities;
  /** It crashed, and nothing runs on it any more: the default backend is then replaced at the next call. Default false. */
  readonly lost?: boolean;

  /** A new buffer; its contents are zero. @throws UnsupportedError when the memory is exhausted */
  allocate(length: number): DeviceBuffer;
  /** Copies values into a buffer of the same length. */
  write(buffer: DeviceBuffer, values: Float32Array): void;
  /**
   * Waits for everything called so far and copies a buffer out. Failures of earlier runs appear here.
   * @param into an array of the buffer's length that is to be filled and returned, if the backend can do that; else it returns a new one
   * @param control its signal ends what has not begun, if the backend can do that
   */
  read(buffer: DeviceBuffer, into?: Float32Array, control?: Control): Promise<Float32Array>;
  /**
   * Optional, where calls run on their own device: resolves once everything before the previous call of this has run. A loop that
   * awaits it in every round has at most two rounds under way.
   */
  keepUp?(): Promise<void>;
  /** Gives a buffer back; it must not be used again. */
  free(buffer: DeviceBuffer): void;

  /** Makes a job ready to run any number of times. @throws UnsupportedError if it is beyond a limit of the backend */
  prepare(job: Job): Executable;
  /**
   * Runs an executable of this backend. The job says which inputs and outputs it takes.
   * @param inputs buffers; for a picture its samples
   * @param parameters of a `pointwise` formula; they may differ from run to run
   * @param control of a picture: the promise is rejected with the reason of its signal, and some of the result may be written
   * @returns false if a picture is not opaque although its job requires that; else true. A promise for pictures only, whose samples
   * must stay as they are until it settles
   */
  run(
    executable: Executable,
    inputs: readonly Operand[],
    outputs: readonly Operand[],
    parameters?: readonly number[],
    control?: Control,
  ): boolean | Promise<boolean>;
  /** Gives the tables and memory of an executable back; it must not be run again. */
  release(executable: Executable): void;

  /**
   * Optional: zeros in the backend's own memory, if it can show them to the caller: a picture there is filtered without a copy.
   * Otherwise an ordinary array.
   * @throws UnsupportedError when the memory is exhausted
   */
  allocateBytes?(length: number): Uint8ClampedArray;
  /** Gives such an array back; it must not be used again. @returns false if it is no such array, or was given back before */
  freeBytes?(bytes: Uint8ClampedArray): boolean;

  /**
   * Optional: the operators for calls from tensors to tensors that are awaited, on buffers of their own. Runs take effect when a buffer is
   * read, so that long ones can leave the calling thread. Arrays that were written must stay as they are until then.
   */
  readonly forCalls?: Backend | undefined;
  /** Only of a backend that runs each call on one of several others. */
  readonly chooser?: Chooser;
  /** Optional: pictures that stay where the backend computes. Otherwise they lie on the host. */
  readonly devicePictures?: DevicePictures | undefined;
  /** Optional: pictures of which only some rows are in memory. Otherwise they pass as planes of floats, band by band. */
  readonly bands?: PictureBands | undefined;

  /** Frees everything. The backend must not be used again. */
  dispose(): void;
}

/** Runs a call where it is expected to end soonest. */
export interface Chooser {
  /** The names of the backends. */
  readonly among: readonly Backend['name'][];
  /**
   * Runs a call from tensors to tensors on one of the backends. The call may be made again, to no effect, in order to compile and time it.
   * @param call `chosen` says where it runs and why; undefined: its result is not used
   */
  run<T>(work: Work, call: (on: Backend, chosen?: Chosen) => Promise<T>): Promise<T>;
  /** Where a picture, or a call from tensors to tensors, would run. @param cost predicted milliseconds on wasm, as the plan has them */
  expect(call: PictureJob | Work, cost: number): Promise<Chosen>;
  /** Where a picture ran: the latest run of its executable. */
  latest(executable: Executable): Chosen | undefined;
}

/** What a call moves and computes: what it takes to predict its time on a GPU. */
export interface Work {
  /** Calls of one kind take times that are in proportion to their values … */
  readonly kind: string;
  /** … of the result. */
  readonly values: number;
  /** bytes that go to the device and come back */
  readonly up: number;
  readonly down: number;
  /** bytes that its programs read and write there, and their multiply-adds */
  readonly bytes: number;
  readonly multiplyAdds: number;
  /** programs that it starts, one after the other */
  readonly launches: number;
  /** predicted milliseconds on wasm, where a plan has them */
  readonly cost?: number;
}

/** Where a call runs, and why. */
export interface Chosen {
  readonly backend: Backend['name'];
  readonly device: Backend['device'];
  /** Milliseconds that it is expected to take: on wasm, and on the GPU where one is known. Measured where such calls ran there, else predicted. */
  readonly wasm: number;
  readonly gpu: number | undefined;
  readonly reason: Reason;
  /** the reason in English */
  readonly why: string;
}

/**
 * What a run reads or writes: a buffer of the backend, the samples of a picture, a picture of the backend, or the numbers that
 * a comparison or a histogram gives.
 */
export type Operand = DeviceBuffer | PictureSamples | DevicePicture | Float64Array;

/** A picture that lives on a backend. */
export interface DevicePicture {
  /** how many samples it holds */
  readonly length: number;
}

/** What a picture is, for the backend that holds it. */
export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: SampleFormat;
}

/** Which pixel of a picture lies where in another: pixel (x, y) of the result is pixel start + x · across + y · down, counted row by row. */
export interface Arrangement {
  readonly width: number;
  readonly height: number;
  readonly start: number;
  readonly across: number;
  readonly down: number;
}

/**
 * Pictures that live on a backend. The run of a picture takes and fills them as it does samples, but as a whole: a part of the picture is
 * computed within {@link PicturePart} of the whole picture's size.
 */
export interface DevicePictures {
  /** Copies samples to the device. @returns undefined if it holds no pictures of that format: they stay on the host */
  upload(samples: PictureSamples, format: PictureFormat): DevicePicture | undefined;
  /**
   * Optional: copies what a page draws, without a pass through the host: a picture of 8-bit RGBA, not premultiplied. The source is read
   * before the call returns.
   * @returns undefined as {@link upload} does
   */
  uploadDrawable?(source: HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame, width: number, height: number): Promise<DevicePicture> | undefined;
  /** A picture that a run is to fill. @returns undefined as {@link upload} does */
  allocate(format: PictureFormat): DevicePicture | undefined;
  /**
   * Optional: the pixels of a picture in another arrangement, as a picture of its own.
   * @returns undefined if the result has to be made on the host
   */
  rearrange?(picture: DevicePicture, arrangement: Arrangement): DevicePicture | undefined;
  /** Waits for what was called so far, and fills `into`. */
  read(picture: DevicePicture, into: PictureSamples): Promise<void>;
  /**
   * Optional: shows a picture without reading it.
   * @param show called once, with a canvas that holds the picture during the call
   * @returns undefined if the picture has to be read instead
   */
  draw?(picture: DevicePicture, show: (canvas: HTMLCanvasElement | OffscreenCanvas) => void): Promise<void> | undefined;
  /** Gives a picture back; it must not be used again. */
  free(picture: DevicePicture): void;
}

/** Rows of a picture: from the first to that behind the last. */
export type RowRange = readonly [from: number, to: number];

/** Some rows of a result, and which rows of the picture are in memory. */
export interface PictureBand {
  /** Rows of the result; where only a part of the picture is filtered, rows of that part. They begin and end at multiples of the unit, or at the end. */
  readonly rows: RowRange;
  /** the row of the picture with which the input begins */
  readonly input: number;
  /** the row of the whole result with which the output begins */
  readonly output: number;
}

/** The least and the largest of some values. */
export interface ValueRange {
  readonly least: number;
  readonly largest: number;
}

/**
 * Rows of a picture's result from rows of the picture. The executable is that of the whole picture, so whatever its bands are, they give
 * the bits that a run over the whole picture gives.
 */
export interface PictureBands {
  /** Rows of the result that are computed together. */
  unit(executable: Executable): number;
  /** The rows of the picture that rows of the result are computed from; an empty range, [0, 0], where windows lie beyond the border. */
  source(executable: Executable, rows: RowRange): RowRange;
  /**
   * As {@link Backend.run}, but the input holds some rows of the picture only; a mask is whole.
   * @param range of all values of a normalized result, see {@link measure}
   */
  run(
    executable: Executable,
    inputs: readonly Operand[],
    output: Operand,
    band: PictureBand,
    control?: Control,
    range?: ValueRange,
  ): boolean | Promise<boolean>;
  /** The range of the values of a normalized result in a band; undefined if the picture has to be opaque and is not. */
  measure(executable: Executable, inputs: readonly Operand[], band: PictureBand, control?: Control): Promise<ValueRange | undefined>;
}

/** The samples of a picture. */
export type PictureSamples = Uint8ClampedArray | Uint16Array | Float32Array;
