import type { Tensor } from '../../tensor.js';
import type { Backend } from '../backend.js';
import type { PictureJob, PictureSum } from '../job.js';
import { type PicturePlan, type PictureStep, planOfStep, planPicture } from './plan-picture.js';

/** A plan for an image that ends in a statistic of a window instead of a weighted sum. */
export interface SumWay extends Pick<PictureJob, 'load' | 'store'> {
  /** Preceding kernels, each computed by the cheapest algorithm. */
  readonly before?: readonly PictureStep[];
  readonly step: Pick<PictureStep, 'geometry' | 'border'>;
  readonly sum: PictureSum;
  /** approximate multiply-adds per value */
  readonly products: number;
}

/** Nanoseconds per value, and per multiply-add. */
const SUM_NS = { value: 2, product: 0.09 };
/** An empty kernel for `planOfStep` when no algorithm is chosen. */
const NONE: Tensor = { shape: [0, 0], data: new Float32Array() };

/** @returns undefined if the backend has no program for it */
export function planSum({ load, store, before = [], step, sum, products }: SumWay, backend: Backend): PicturePlan | undefined {
  const { pictures, refuses } = backend.abilities;
  if (!pictures.includes(sum.kind) || !step.border.every(Number.isFinite) || refuses?.({ load, store, passes: [...before, { ...step, sum }] }))
    return undefined;
  const first = before.length > 0 ? planPicture({ load, steps: before, store }, backend) : undefined;
  if (before.length > 0 && !first) return undefined;
  const job: PictureJob = { operation: 'picture', load, passes: [...(first?.job.passes ?? []), { ...step, bias: 0, sum }], store };
  const last = planOfStep(
    { ...step, kernel: NONE, bias: 0, algorithm: 'auto' },
    { sum, products, cost: SUM_NS.value + SUM_NS.product * products },
    job,
    () => [],
  );
  return { job, steps: [...(first?.steps ?? []), last] };
}
