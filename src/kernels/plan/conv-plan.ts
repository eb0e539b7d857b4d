import { oneOf, option } from '../../options.js';
import type { BackendChoice } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';
import type { PictureJob } from '../job.js';
import { type Overhead, overheadsOf } from './overheads.js';
import type { Pass } from './pass.js';
import { inWords, type Reason } from './reason.js';

/**
 * Algorithms for a convolution. All give the result of `direct` up to float32 rounding:
 * - `direct`: computes every product of every window, as in the definition;
 * - `sparse`: skips weights of zero and the samples under them, so it does not propagate 0 · NaN = NaN as `direct`
 *   does;
 * - `separable`: runs one pass per axis, for kernels that are a product of one-dimensional kernels or a sum of a few such products;
 *   the kernel is approximated to within 1e-6 of its largest singular value;
 * - `runningSum`: a box of any size, at a cost independent of the size; fewer roundings than `direct`;
 * - `fft`: by Fourier transform, for large dense kernels; the absolute error is a few 1e-7 times the largest Σ |x · kernel| in the same tile.
 */
export type Algorithm = (typeof ALGORITHMS)[number];
/** All values of {@link Algorithm}. */
export const ALGORITHMS = ['direct', 'sparse', 'separable', 'runningSum', 'fft'] as const;

/** The option that selects an algorithm, or `'auto'`. */
export const ALGORITHM = option(oneOf(['auto', ...ALGORITHMS]), { default: 'auto', help: 'algorithm; auto: the fastest according to "convlab explain"' });

/** One way to compute a convolution. */
export interface Way {
  readonly algorithm: Algorithm;
  /** `samples`: directly from image samples to samples, band by band; `planes`: on float32 planes. */
  readonly through: 'samples' | 'planes';
  /** The numbers that are summed: floats of 32 or 64 bits, or integers of 16 or 32 bits. */
  readonly arithmetic: 'float32' | 'float64' | 'int16' | 'int32';
}

/** A considered alternative. */
export type Alternative = Way &
  (
    | {
        readonly possible: true;
        /** predicted milliseconds, see cost.ts */
        readonly cost: number;
        /** predicted bytes in addition to the image and its result, or the tensors */
        readonly memory: number;
        /** multiply-adds of the whole call, over all passes */
        readonly multiplyAdds: number;
        /** number of passes over the data */
        readonly passes: number;
      }
    | {
        readonly possible: false;
        readonly reason: Reason;
        /** the reason in English */
        readonly whyNot: string;
      }
  );

/** The algorithm chosen for one convolution, the reason, and the jobs to run. */
export interface ConvPlan extends Way {
  /** geometry on the planes, `[N, C, ...spatial]` */
  readonly geometry: ConvGeometry;
  readonly reason: Reason;
  /** the reason in English; completes "… because" */
  readonly why: string;
  /** predicted milliseconds */
  readonly cost: number;
  /** the runs on float planes; none if the image is computed from samples to samples */
  readonly passes: readonly Pass[];
  /** the run from samples to samples, if that was chosen */
  readonly job?: PictureJob | undefined;
  /** Work that the image options add to the sums; empty for float planes. */
  readonly overheads: readonly Overhead[];
  /** All considered alternatives, including the chosen one: cheapest first, impossible ones last. */
  readonly alternatives: readonly Alternative[];
  /** Where it runs, if the backend chooses among other backends. */
  readonly chosen?: BackendChoice | undefined;
}

/** A plan that computes its description, cost and alternatives on access, so that small convolutions are planned faster. */
export class LazyPlan implements ConvPlan {
  readonly algorithm: Algorithm;
  readonly through: Way['through'];
  readonly arithmetic: Way['arithmetic'];
  readonly geometry: ConvGeometry;
  readonly reason: Reason;
  readonly passes: readonly Pass[];
  readonly job: PictureJob | undefined;
  readonly chosen: BackendChoice | undefined;
  readonly #cost: () => number;
  readonly #alternatives: () => readonly Alternative[];

  constructor(
    { algorithm, through, arithmetic, geometry, reason, passes, job, chosen }: Omit<ConvPlan, 'why' | 'cost' | 'overheads' | 'alternatives'>,
    cost: () => number,
    alternatives: () => readonly Alternative[],
  ) {
    this.algorithm = algorithm;
    this.through = through;
    this.arithmetic = arithmetic;
    this.geometry = geometry;
    this.reason = reason;
    this.passes = passes;
    this.job = job;
    this.chosen = chosen;
    this.#cost = cost;
    this.#alternatives = alternatives;
  }

  get why(): string {
    return inWords(this.reason);
  }

  get cost(): number {
    return this.#cost();
  }

  get overheads(): readonly Overhead[] {
    return this.job ? overheadsOf(this.job) : [];
  }

  get alternatives(): readonly Alternative[] {
    return this.#alternatives();
  }
}

/** The plan with the backend on which it runs. */
export function planOn(plan: ConvPlan, chosen: BackendChoice | undefined): ConvPlan {
  if (!chosen) return plan;
  return new LazyPlan(
    { ...plan, chosen },
    () => plan.cost,
    () => plan.alternatives,
  );
}
