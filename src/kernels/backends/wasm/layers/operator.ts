import { sizeOf } from '../../../../tensor.js';
import type { Operand } from '../../../backend.js';
import type { ConvProgram, OperatorJob } from '../../../job.js';
import { applyPointwise, type PointwiseName } from '../../../pointwise.js';
import { NOWHERE } from '../address.js';
import { addressOf } from '../buffer.js';
import { WRITERS } from '../programs.generated.js';
import type { Tables } from '../tables.js';
import type { Steps } from '../turns.js';
import { prepareDirect, prepareFft, prepareRunningSum, prepareSparse } from './forward.js';
import { prepareBiasGradient, prepareInputGradient, prepareKernelGradient } from './gradients.js';
import { prepareMaxPool, prepareMaxPoolGradient } from './max-pooling.js';
import { NS, productsOf, type RunOnThree, valuesOf } from './work.js';

/** Runs a prepared operator on its operands; see `Backend.run`. @returns undefined if it has completed */
export type RunOperator = (inputs: readonly Operand[], outputs: readonly Operand[], parameters: readonly number[]) => Steps<unknown> | undefined;

const CONVOLUTIONS = { direct: prepareDirect, sparse: prepareSparse, runningSum: prepareRunningSum, fft: prepareFft } as const satisfies Record<
  ConvProgram,
  unknown
>;

/** Prepares an operator on the machine of its tables. */
export function prepareOperator(job: OperatorJob, tables: Tables): RunOperator {
  switch (job.operation) {
    case 'conv': {
      const run = CONVOLUTIONS[job.program](tables, job.geometry);
      return ([x, kernel, bias], [out]) => run({ x: addressOf(x), kernel: addressOf(kernel), bias: bias ? addressOf(bias) : NOWHERE, out: addressOf(out) });
    }
    case 'convInputGradient':
      return withThree(prepareInputGradient(tables, job.geometry));
    case 'convKernelGradient':
      return withThree(prepareKernelGradient(tables, job.geometry));
    case 'convBiasGradient': {
      const run = prepareBiasGradient(tables, job.geometry);
      return ([gradient], [out]) => run(addressOf(gradient), addressOf(out));
    }
    case 'maxPool': {
      const run = prepareMaxPool(tables, job.geometry);
      return ([x], [out, winners]) => run(addressOf(x), addressOf(out), addressOf(winners));
    }
    case 'maxPoolGradient':
      return withThree(prepareMaxPoolGradient(tables, job.geometry));
    case 'pointwise':
      return preparePointwise(job.formula, tables);
    default:
      return job satisfies never;
  }
}

/**
 * Nanoseconds of a run on one thread, predicted for a fast machine.
 * @param values number of result values, if the job does not determine it
 */
export function workOfOperator(job: OperatorJob, values: number): number {
  switch (job.operation) {
    case 'conv':
      if (job.program === 'direct') return valuesOf(job.geometry) + productsOf(job.geometry);
      return SUMMED * valuesOf(job.geometry);
    case 'convInputGradient':
    case 'convKernelGradient':
    case 'convBiasGradient':
      return valuesOf(job.geometry) + (job.operation === 'convBiasGradient' ? 0 : productsOf(job.geometry));
    case 'maxPool':
    case 'maxPoolGradient':
      return valuesOf(job.geometry) + NS.value * sizeOf(job.geometry.outShape) * sizeOf(job.geometry.kernel);
    case 'pointwise':
      return 3 * NS.value * values;
    default:
      return job satisfies never;
  }
}

/** Cost of a value with running sums, a Fourier transform or most sparse kernels, relative to reading or writing it. */
const SUMMED = 30;

/** An operator with two inputs and one output. */
function withThree(run: RunOnThree): RunOperator {
  return ([a, b], [out]) => run(addressOf(a), addressOf(b), addressOf(out));
}

type PointwiseProgram = PointwiseName & keyof typeof WRITERS;

/** Formulas without a program run as loops over the memory. */
function preparePointwise(formula: PointwiseName, { machine }: Tables): RunOperator {
  if (!hasProgram(formula)) {
    const view = (buffer: Operand) => machine.floats(addressOf(buffer), buffer.length);
    return (inputs, [out], parameters) => {
      applyPointwise(formula, inputs.map(view), parameters, view(out));
      return undefined;
    };
  }
  return (inputs, [out], [p = 0, q = 0, r = 0]) => {
    const [a, b = a, c = a] = inputs;
    const work = NS.value * (inputs.length + 1) * out.length;
    return machine.perform(formula, { a: addressOf(a), b: addressOf(b), c: addressOf(c), out: addressOf(out), p, q, r }, { units: out.length, step: 16, work });
  };
}

function hasProgram(name: PointwiseName): name is PointwiseProgram {
  return name in WRITERS;
}
