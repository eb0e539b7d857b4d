import type { Mistake, Tensor } from 'convlab';
import type { BackendChoice } from '../engine/choice.js';
import type { LayerSpec, Recipe } from './recipe.js';

/** The record of one step: loss and accuracy of its batch before the update. */
export interface StepRecord {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** The results of the network on digits that it is not trained on. */
export interface Measured {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly confusion: readonly (readonly number[])[];
  readonly worst: readonly (Mistake & { /** 28 × 28 bytes */ readonly picture: Uint8Array })[];
}

/** The kernels of a layer, and their gradients of the last step. */
export interface LookedAt {
  readonly name: string;
  /** `[Cout, Cin, kH, kW]` */
  readonly weight: Tensor;
  /** undefined before the first step */
  readonly gradient?: Tensor;
}

/** The visible state of a training run. */
export interface Progress {
  /** Number of completed steps. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly running: boolean;
  /** The steps since the last message. */
  readonly steps: readonly StepRecord[];
  readonly measured: readonly Measured[];
  readonly kernels: readonly LookedAt[];
  /** Root mean square of each weight and of its gradient, by name. */
  readonly sizes: readonly { readonly name: string; readonly weight: number; readonly gradient: number }[];
  /** Steps to which training can go back. */
  readonly kept: readonly number[];
}

/** Messages from the page to the worker. `pace`: maximum steps per second, 0 for no limit. */
export type Command =
  | {
      readonly type: 'open';
      readonly backend: BackendChoice;
      readonly recipe: Recipe;
      readonly lr: number;
      readonly urls: { readonly train: string; readonly validation: string };
    }
  | { readonly type: 'reset'; readonly recipe: Recipe; readonly lr: number }
  | { readonly type: 'tune'; readonly lr: number; readonly pace: number }
  | { readonly type: 'move'; readonly backend: BackendChoice }
  | { readonly type: 'run' }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  | { readonly type: 'seek'; readonly step: number }
  | { readonly type: 'save' }
  | { readonly type: 'load'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly type: 'digits'; readonly files: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[] };

/** Messages from the worker. */
export type Report =
  | { readonly type: 'opened'; readonly device: string; readonly parameters: number; readonly train: number; readonly validation: number }
  /** `fresh`: earlier reports belong to another training */
  | { readonly type: 'progress'; readonly fresh: boolean; readonly progress: Progress }
  | { readonly type: 'saved'; readonly bytes: Uint8Array }
  | { readonly type: 'loaded'; readonly name: string; readonly layers: readonly LayerSpec[]; readonly activation: Recipe['activation'] }
  /** The GPU was lost; training continues from this step on WebAssembly. */
  | { readonly type: 'fellBack'; readonly message: string; readonly step: number }
  | { readonly type: 'failed'; readonly command: Command['type']; readonly name: string; readonly message: string };
