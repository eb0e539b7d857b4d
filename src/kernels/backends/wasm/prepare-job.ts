import type { Control } from '../../../control.js';
import type { DeviceBuffer, Operand, PictureSamples } from '../../backend.js';
import type { ConvProgram, Job } from '../../job.js';
import { applyPointwise, type PointwiseName } from '../../pointwise.js';
import { type Address, NOWHERE } from './address.js';
import type { Background } from './background.js';
import { prepareDirect, prepareFft, prepareRunningSum, prepareSparse } from './layers/forward.js';
import { prepareBiasGradient, prepareInputGradient, prepareKernelGradient } from './layers/gradients.js';
import { prepareMaxPool, prepareMaxPoolGradient } from './layers/max-pooling.js';
import { NS } from './layers/work.js';
import type { Machine } from './machine.js';
import { prepareComparison } from './picture/comparison.js';
import { prepareHistogram } from './picture/histogram.js';
import { preparePicture, type RunBands } from './picture/picture-bands.js';
import { pictureStages } from './picture/picture-stages.js';
import { resizeStages } from './picture/resize-stages.js';
import { WRITERS } from './programs.generated.js';
import type { Tables, TablesOn } from './tables.js';

export interface WasmBuffer extends DeviceBuffer {
  /** 0 once freed */
  address: Address<'Floats'>;
}

/** Starts a job that is ready, on its operands; see {@link Backend.run}. */
export interface Start {
  (inputs: readonly Operand[], outputs: readonly Operand[], parameters: readonly number[], control?: Control): boolean | Promise<boolean>;
  /** see {@link Executable.later} */
  readonly later?: boolean;
  /** of a picture */
  readonly bands?: RunBands;
}

const CONVOLUTIONS = { direct: prepareDirect, sparse: prepareSparse, runningSum: prepareRunningSum, fft: prepareFft } as const satisfies Record<
  ConvProgram,
  unknown
>;

/**
 * Makes a job ready.
 * @param machine that threads share
 * @param background for long pictures, unless they block
 */
export function prepareJob(job: Job, tablesOn: TablesOn, machine: Machine, background?: Background): Start {
  const shared = tablesOn(machine);
  switch (job.operation) {
    case 'conv': {
      const run = CONVOLUTIONS[job.program](shared, job.geometry);
      return ([x, kernel, bias], [out]) => {
        run({ x: addressOf(x), kernel: addressOf(kernel), bias: bias ? addressOf(bias) : NOWHERE, out: addressOf(out) });
        return true;
      };
    }
    case 'convInputGradient':
      return withThree(prepareInputGradient(shared, job.geometry));
    case 'convKernelGradient':
      return withThree(prepareKernelGradient(shared, job.geometry));
    case 'convBiasGradient': {
      const run = prepareBiasGradient(shared, job.geometry);
      return ([gradient], [out]) => {
        run(addressOf(gradient), addressOf(out));
        return true;
      };
    }
    case 'maxPool': {
      const run = prepareMaxPool(shared, job.geometry);
      return ([x], [out, winners]) => {
        run(addressOf(x), addressOf(out), addressOf(winners));
        return true;
      };
    }
    case 'maxPoolGradient':
      return withThree(prepareMaxPoolGradient(shared, job.geometry));
    case 'pointwise':
      return preparePointwise(job.formula, shared);
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

/** @throws Error if it was freed */
export function addressOf(buffer: Operand): Address<'Floats'> {
  const { address } = buffer as WasmBuffer;
  if (address === NOWHERE) throw new Error('a buffer was used after it was freed');
  return address;
}

/** A job of two inputs and one output. */
function withThree(run: (a: Address<'Floats'>, b: Address<'Floats'>, out: Address<'Floats'>) => void): Start {
  return ([a, b], [out]) => {
    run(addressOf(a), addressOf(b), addressOf(out));
    return true;
  };
}

type PointwiseProgram = PointwiseName & keyof typeof WRITERS;

/** Formulas without a program run as loops over the memory. */
function preparePointwise(formula: PointwiseName, { machine }: Tables): Start {
  if (!hasProgram(formula)) {
    const view = (buffer: Operand) => machine.floats(addressOf(buffer), buffer.length);
    return (inputs, [out], parameters) => {
      applyPointwise(formula, inputs.map(view), parameters, view(out));
      return true;
    };
  }
  return (inputs, [out], [p = 0, q = 0, r = 0]) => {
    const [a, b = a, c = a] = inputs;
    const work = NS.value * (inputs.length + 1) * out.length;
    machine.share(formula, { a: addressOf(a), b: addressOf(b), c: addressOf(c), out: addressOf(out), p, q, r }, { units: out.length, step: 16, work });
    return true;
  };
}

function hasProgram(name: PointwiseName): name is PointwiseProgram {
  return name in WRITERS;
}
