import type { Control } from '../../../control.js';
import type { Operand, PictureSamples } from '../../backend.js';
import type { Job } from '../../job.js';
import type { Background } from './background.js';
import { prepareOperator } from './layers/operator.js';
import type { Machine } from './machine.js';
import { prepareComparison } from './picture/comparison.js';
import { prepareHistogram } from './picture/histogram.js';
import { preparePicture, type RunBands } from './picture/picture-bands.js';
import { pictureStages } from './picture/picture-stages.js';
import { resizeStages } from './picture/resize-stages.js';
import type { TablesOn } from './tables.js';
import { finish } from './turns.js';

/** Starts a prepared job on its operands; see {@link Backend.run}. */
export interface Start {
  (inputs: readonly Operand[], outputs: readonly Operand[], parameters: readonly number[], control?: Control): boolean | Promise<boolean>;
  /** see {@link Executable.later} */
  readonly later?: boolean;
  /** the band-wise run of an image job */
  readonly bands?: RunBands;
}

/** Prepares a job. @param machine a machine with threads @param background runs long image jobs without blocking the caller */
export function prepareJob(job: Job, tablesOn: TablesOn, machine: Machine, background?: Background): Start {
  switch (job.operation) {
    case 'conv':
    case 'convInputGradient':
    case 'convKernelGradient':
    case 'convBiasGradient':
    case 'maxPool':
    case 'maxPoolGradient':
    case 'pointwise': {
      const run = prepareOperator(job, tablesOn(machine));
      return (inputs, outputs, parameters) => {
        const steps = run(inputs, outputs, parameters);
        if (steps) finish(steps);
        return true;
      };
    }
    case 'picture':
    case 'resize': {
      const stages = job.operation === 'picture' ? pictureStages(job, tablesOn) : resizeStages(job, tablesOn);
      const run = preparePicture(stages, machine, background);
      const start: Start = ([image, mask], [out], _, control) =>
        run(image as PictureSamples, out as PictureSamples, mask as PictureSamples | undefined, control);
      return Object.assign(start, { later: run.later, bands: run.bands });
    }
    case 'comparison': {
      const run = prepareComparison(job, tablesOn, machine, background);
      const start: Start = ([a, b], [out], _, control) => run([a as PictureSamples, b as PictureSamples, out as Float64Array], control);
      return Object.assign(start, { later: run.later });
    }
    case 'histogram': {
      const run = prepareHistogram(job, tablesOn, machine, background);
      const start: Start = ([picture], [out], _, control) => run([picture as PictureSamples, out as Float64Array], control);
      return Object.assign(start, { later: run.later });
    }
    default:
      return job satisfies never;
  }
}
