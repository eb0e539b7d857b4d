import type { LookedAt } from '../train/protocol.js';

/** Side length of the network's input images. */
export const SIZE = 32;
/** Bytes of an image: red, green and blue planes. */
export const BYTES = 3 * SIZE * SIZE;

/** Images and the class of each. */
export interface Examples {
  readonly classes: readonly string[];
  /** `[N, 3, SIZE, SIZE]` */
  readonly pictures: Uint8Array;
  readonly labels: Uint8Array;
}

/** The results of the network on the held-out images. */
export interface Held {
  readonly pictures: number;
  readonly accuracy: number;
  readonly confusion: readonly (readonly number[])[];
}

/** The state of a training. */
export interface Progress {
  readonly running: boolean;
  readonly step: number;
  readonly epoch: number;
  /** Mean loss and accuracy of the last epoch's batches, each measured before its update. */
  readonly loss: number;
  readonly accuracy: number;
  /** undefined if there are too few images to hold any out */
  readonly held?: Held;
  readonly kernels: readonly LookedAt[];
  /** The network as a checkpoint. */
  readonly checkpoint: Uint8Array;
}

/** Messages from the page to the worker. */
export type Command =
  | { readonly type: 'learn'; readonly examples: Examples; readonly seed: number }
  | { readonly type: 'continue' }
  | { readonly type: 'pause' };

/** Messages from the worker to the page. */
export type Report = { readonly type: 'progress'; readonly progress: Progress } | { readonly type: 'failed'; readonly message: string };
