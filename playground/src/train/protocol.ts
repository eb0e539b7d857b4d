import type { Mistake, Tensor } from 'convlab';
import type { BackendChoice } from '../engine/choice.js';
import type { LayerSpec, Recipe } from './recipe.js';

/** One step, as the batch was before it was learned from. */
export interface StepRecord {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** How the network does on digits that it does not learn from. */
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
  /** Steps that are done. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly running: boolean;
  /** Since the last message. */
  readonly steps: readonly StepRecord[];
  readonly measured: readonly Measured[];
  readonly kernels: readonly LookedAt[];
  /** Root mean square of every weight's numbers and gradient, by name. */
  readonly sizes: readonly { readonly name: string; readonly weight: number; readonly gradient: number }[];
  /** Steps that can be gone back to. */
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
  /** `fresh`: what was shown before is of another training */
  | { readonly type: 'progress'; readonly fresh: boolean; readonly progress: Progress }
  | { readonly type: 'saved'; readonly bytes: Uint8Array }
  | { readonly type: 'loaded'; readonly name: string; readonly layers: readonly LayerSpec[]; readonly activation: Recipe['activation'] }
  /** The GPU was lost; training continues from this step on WebAssembly. */
  | { readonly type: 'fellBack'; readonly message: string; readonly step: number }
  | { readonly type: 'failed'; readonly command: Command['type']; readonly name: string; readonly message: string };
