import type { Tensor } from '../src/index.js';

/** An opaque RGBA picture, 8 bit, interleaved. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** One kernel over the colours of a picture; the result is clamped to 0…255. */
export interface KernelWork {
  readonly kind: 'kernel';
  readonly picture: Picture;
  /** `[kH, kW]` */
  readonly kernel: Tensor;
  /** What a peer may know about the kernel: it is integers over a divisor, a box of so many pixels, a Gaussian of this σ. */
  readonly whole?: { readonly weights: readonly number[]; readonly divisor: number };
  readonly box?: number;
  readonly sigma?: number;
}

/** √(Gx² + Gy²) / 4 of every colour, with Sobel's kernels: a step from black to white is white. */
export interface SobelWork {
  readonly kind: 'sobel';
  readonly picture: Picture;
}

/** A piece of work, as data. Every peer that can do it does the same. */
export type Work = KernelWork | SobelWork;

/** What the machine allows for a row, measured in the same run: see peers/limits.ts. */
export interface Limit {
  /** the fewest multiply-adds that are known to do it */
  readonly multiplyAdds: number;
  /** true: sums fit 16-bit integers, whose multiply-adds are the faster ones */
  readonly integer?: boolean;
  /** bytes that have to be read, and as many written */
  readonly bytes: number;
}

/** One line of the bench's subject: what is done, and what it could cost at least. */
export interface Row {
  readonly group: string;
  readonly name: string;
  /** part of `--quick` */
  readonly quick?: boolean;
  readonly limit: Limit;
  work(): Work;
}

export type Values = Uint8Array | Uint8ClampedArray | Float32Array;

/** One peer, ready to do one row's work on so many threads. */
export interface Contestant {
  /** what the reader must know, e.g. `RGB only` */
  readonly note?: string;
  /** Does the work once. */
  run(): unknown;
  /** In place of timing {@link run} from here: milliseconds a run, measured where the work is done, in another process. */
  time?(runs: number): Promise<number>;
  /** What the last run computed; undefined where there is nothing to compare. Not timed. */
  result(): Values | undefined | Promise<Values | undefined>;
  dispose?(): unknown;
}

/** A program that does the same as convlab. */
export interface Peer {
  readonly name: string;
  /** false: one thread, whatever is asked for */
  readonly threaded: boolean;
  /** part of `--quick` */
  readonly quick?: boolean;
  /**
   * Loads it.
   * @returns what makes a contestant of a piece of work, and undefined of work that the peer does not offer
   * @throws if it is not installed
   */
  load(): Promise<Prepare>;
}

export type Prepare = (work: Work, threads: number) => Contestant | undefined | Promise<Contestant | undefined>;
