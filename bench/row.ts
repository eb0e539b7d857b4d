import type { FilterOptions, Image, Tensor } from '../src/index.js';

/** An opaque RGBA image, 8 bit, interleaved. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** One kernel over the colors of an image; the result is clamped to 0…255. */
export interface KernelWork {
  readonly kind: 'kernel';
  readonly picture: Picture;
  /** `[kH, kW]` */
  readonly kernel: Tensor;
  /**
   * Known structure of the kernel that a peer may use: integers with a divisor, a box of this size, a Gaussian with
   * this σ.
   */
  readonly whole?: { readonly weights: readonly number[]; readonly divisor: number };
  readonly box?: number;
  readonly sigma?: number;
  /** The image lies on the peer's device before, and its result stays there. Default false: from bytes to bytes */
  readonly resident?: boolean;
}

/** A call of `filter`, on samples of any type. */
export interface FilterCall {
  readonly image: Image;
  /** some of its pixels are transparent */
  readonly transparent?: boolean;
  readonly kernel: Tensor;
  /** Known structure of the kernel that a peer may use: a Gaussian with this σ, or Sobel along x. */
  readonly sigma?: number;
  readonly sobel?: boolean;
  /** but backend, out and onPlan */
  readonly options: FilterOptions;
}

/** A filter with an option, beside the same without it. */
export interface OptionWork {
  readonly kind: 'option';
  readonly call: FilterCall;
  readonly plain: FilterCall;
}

/** √(Gx² + Gy²) / 4 of every color, with Sobel's kernels: a step from black to white is white. */
export interface SobelWork {
  readonly kind: 'sobel';
  readonly picture: Picture;
}

/** The colors of an image, without its alpha, in another size by Lanczos 3. */
export interface ResizeWork {
  readonly kind: 'resize';
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
}

/** A filter on floats, without padding: x `[1, 1, ...n]`, kernel `[1, 1, ...k]`. */
export interface TensorWork {
  readonly kind: 'tensor';
  readonly x: Tensor;
  readonly kernel: Tensor;
  /** one vector an axis whose product is the kernel */
  readonly vectors?: readonly Tensor[];
}

export type LayerSpec =
  | { readonly type: 'conv'; readonly kernel: readonly number[]; readonly stride?: number; readonly padding?: number }
  | { readonly type: 'linear'; readonly inputs: number; readonly outputs: number }
  | { readonly type: 'maxPool' }
  | { readonly type: 'relu' }
  | { readonly type: 'logSoftmax' };

/**
 * One layer: forward computes its output; backward computes, from an existing gradient, the input's gradient and then
 * the weight's.
 */
export interface LayerWork {
  readonly kind: 'layer';
  readonly direction: 'forward' | 'backward';
  readonly layer: LayerSpec;
  readonly x: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  /** ∂L/∂output */
  readonly gradient: Tensor;
}

/** The lecture's net on digits: steps of training, with all that belongs to one, or log-probabilities. */
export interface NetWork {
  readonly kind: 'net';
  readonly task: 'sgd' | 'adam' | 'inference';
  readonly batch: number;
  /** steps that are timed at once */
  readonly steps: number;
  /** `[N, 28, 28]` bytes; the first `batch · steps` are used */
  readonly digits: { readonly images: Uint8Array; readonly labels: Int32Array };
  /** the weights to start with, by PyTorch's names */
  readonly weights: Readonly<Record<string, Tensor>>;
}

/** A whole process: reads an image from a file, sharpens it, writes it to a file of the same format, and ends. */
export interface FileWork {
  readonly kind: 'file';
  readonly format: 'png' | 'jpg';
  /** the image, without its alpha */
  readonly picture: Picture;
  /** the file that holds it */
  readonly input: string;
}

/** A process that filters an image of this many pixels: its duration, and its memory in addition to the image. */
interface ScaleWork {
  readonly kind: 'scale';
  readonly width: number;
  readonly height: number;
  readonly kernel: Tensor;
}

/** A process that loads digits, trains, evaluates, and ends. */
interface ColdStartWork {
  readonly kind: 'cold start';
  /** of the command line */
  readonly arguments: readonly string[];
}

/** A process that tells its version, and ends. */
interface VersionWork {
  readonly kind: 'version';
}

/** Nothing but a limit of the machine. */
interface LimitWork {
  readonly kind: 'limit';
}

/** A piece of work, as data. Every peer that can do it does the same. */
export type Work =
  | KernelWork
  | OptionWork
  | SobelWork
  | ResizeWork
  | TensorWork
  | LayerWork
  | NetWork
  | FileWork
  | ScaleWork
  | ColdStartWork
  | VersionWork
  | LimitWork;

/** The limit of the machine for a row, measured in the same run: see peers/limits.ts. */
export interface Limit {
  /** the fewest multiply-adds that are known to do it */
  readonly multiplyAdds?: number;
  /** the same where 16-bit integers hold every sum: there the machine is faster */
  readonly integerMultiplyAdds?: number;
  /** bytes that have to be read, and as many written */
  readonly bytes?: number;
}

/** The allowed cost of a row relative to another one. The benchmark marks rows that cost more, and continues. */
export interface Allowance {
  /** the peer that it is compared with */
  readonly peer: string;
  /** what that does, for the reader */
  readonly beside: string;
  /** maximum ratio of nanoseconds per sample. Default none: the ratio is only reported */
  readonly atMost?: number;
  /** where the ratio must hold. Default: on every number of threads */
  readonly threads?: number;
}

export type Group = 'micro' | 'filters' | 'options' | 'sharing' | 'layers' | 'cnn' | 'files';

/** One line of the bench's subject: what is done, and what it could cost at least. */
export interface Row {
  readonly group: Group;
  /** rows of one name stand in one table: they have the same peers, and are of one size */
  readonly table: string;
  readonly name: string;
  /** part of `--quick` */
  readonly quick?: boolean;
  readonly limit: Limit;
  /** Factor that scales a run, e.g. from some steps to an epoch. Default 1. */
  readonly times?: number;
  /** Calls before anything is measured, at least. Default: what is warm after some time. */
  readonly warmUpCalls?: number;
  readonly allowance?: Allowance;
  /** @param quick a smaller image will do */
  work(quick: boolean): Work | Promise<Work>;
}

export type Values = Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array;

/** One peer, prepared for one row's work with a number of threads. */
export interface Contestant {
  /** what the reader must know, e.g. `RGB`; read after the last run */
  readonly note?: string;
  /** samples of the image that is filtered, where an allowance compares nanoseconds a sample */
  readonly size?: number;
  /** Does the work once. */
  run(): unknown;
  /** In place of timing {@link run} from here: milliseconds a run, measured where the work is done, in another process. */
  time?(runs: number): Promise<number>;
  /** The result of the last run; undefined if there is nothing to compare. Not timed. */
  result(): Values | undefined | Promise<Values | undefined>;
  dispose?(): unknown;
}

/** A program that does the same as convlab. */
export interface Peer {
  readonly name: string;
  /** false: always one thread */
  readonly threaded: boolean;
  /** part of `--quick` */
  readonly quick?: boolean;
  /** not a program but a limit of the machine */
  readonly limit?: boolean;
  /** where it takes part: elsewhere it is not even loaded */
  readonly groups: readonly Group[];
  /**
   * Loads it.
   * @returns what makes a contestant of a piece of work, and undefined of work that the peer does not offer
   * @throws if it is not installed
   */
  load(): Promise<Prepare>;
}

export type Prepare = (work: Work, threads: number, limit: Limit) => Contestant | undefined | Promise<Contestant | undefined>;
