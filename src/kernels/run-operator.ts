import type { DeviceBuffer, Executable, Operand } from './backend.js';
import type { ConvGeometry } from './geometry.js';
import type { PointwiseName } from './pointwise.js';

/** The operators as methods, for a backend that needs no preparation. */
export interface OperatorMethods {
  conv(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void;
  convInputGradient(geometry: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void;
  convKernelGradient(geometry: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void;
  convBiasGradient(geometry: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void;
  maxPool(geometry: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void;
  maxPoolGradient(geometry: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void;
  pointwise(formula: PointwiseName, inputs: readonly DeviceBuffer[], parameters: readonly number[], out: DeviceBuffer): void;
}

/**
 * Implements `run` for a backend with one method per operator and no images.
 * @returns true
 */
export function runOperator(
  on: OperatorMethods,
  { job }: Executable,
  inputs: readonly Operand[],
  outputs: readonly Operand[],
  parameters: readonly number[] = [],
): true {
  const [a, b, c = null] = inputs;
  const [out, winners] = outputs;
  switch (job.operation) {
    case 'conv':
      on.conv(job.geometry, a, b, c, out);
      return true;
    case 'convInputGradient':
      on.convInputGradient(job.geometry, a, b, out);
      return true;
    case 'convKernelGradient':
      on.convKernelGradient(job.geometry, a, b, out);
      return true;
    case 'convBiasGradient':
      on.convBiasGradient(job.geometry, a, out);
      return true;
    case 'maxPool':
      on.maxPool(job.geometry, a, out, winners);
      return true;
    case 'maxPoolGradient':
      on.maxPoolGradient(job.geometry, a, b, out);
      return true;
    case 'pointwise':
      on.pointwise(job.formula, inputs, parameters, out);
      return true;
    case 'picture':
    case 'resize':
    case 'comparison':
    case 'histogram':
      throw new Error('this backend has no programs for images');
    default:
      return job satisfies never;
  }
}
