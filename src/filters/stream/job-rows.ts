import { UnsupportedError } from '../../errors.js';
import type { Format } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import type { PictureJob, ResizeJob } from '../../kernels/job.js';
import type { ConvPlan } from '../../kernels/plan/conv-plan.js';
import type { EngineWay } from '../operations/engine-way.js';
import type { Output } from '../picture/output.js';
import { checkLocal, type FilterByRows, type RowPlan } from './by-rows.js';
import { SamplesByRows } from './samples-by-rows.js';

/** A job from samples to samples that changes whole images of one format. */
export interface WholeJob {
  readonly job: PictureJob | ResizeJob;
  /** One plan per convolution that runs. Default: none */
  readonly steps?: readonly ConvPlan[];
}

/** How images of one format become images of another. */
export interface JobFrame {
  /** the name that errors begin with */
  readonly operation: string;
  readonly format: Format;
  readonly result: Format;
}

/**
 * The plan of jobs for streams of rows.
 * @param jobs one job for all images; or two, of which the first accepts only opaque images and the second all others; or none, if
 * the backend has no program
 */
export function planJobs(frame: JobFrame, [job, other]: readonly WholeJob[], backend: Backend): RowPlan {
  const transparent = other && planJobs(frame, [other], backend);
  return { format: frame.format, result: frame.result, steps: job?.steps ?? [], transparent, byRows: () => rowsOfJob(frame, job, backend) };
}

function rowsOfJob({ operation, format, result }: JobFrame, whole: WholeJob | undefined, backend: Backend): FilterByRows {
  if (!whole || !backend.bands) throw new UnsupportedError(operation, `${backend.name} computes this only from the whole image; use the backend 'wasm'`);
  const { job } = whole;
  if (job.operation === 'picture') {
    checkLocal(
      operation,
      job.passes.map(({ geometry }) => geometry),
    );
  }
  const output: Output = job.operation === 'picture' && job.store.normalized ? 'normalize' : 'clamp';
  const rectangle = { x: 0, y: 0, width: result.width, height: result.height };
  return new SamplesByRows({ operation, format, result, output, local: false, rectangle, mask: undefined }, backend, backend.bands, job);
}

/** The plan of an operation for streams of rows. @param operation the name that errors begin with */
export function planOperation(operation: string, format: Format, { result, plan }: EngineWay, backend: Backend): RowPlan {
  const plans = plan(backend) ?? [];
  const whole = plans.filter((each) => each !== undefined);
  return planJobs({ operation, format, result }, whole.length === plans.length ? whole : [], backend);
}
