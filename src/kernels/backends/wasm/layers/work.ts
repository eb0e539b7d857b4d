import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Address } from '../address.js';

/**
 * Nanoseconds of a multiply-add, of a value that is read or written, and of one that is copied to its place. Estimates: they determine which way
 * a job first goes, see Sharing, and into how many shares it is cut.
 */
export const NS = { product: 0.05, value: 0.15, spread: 0.5 };

export type Floats = Address<'Floats'>;

/** Shapes of a convolution: all [batch, channels, D, H, W]; the kernel is [outChannels, inChannels / groups, KD, KH, KW]. */
export interface ConvOperands {
  readonly x: Floats;
  readonly kernel: Floats;
  /** [outChannels], or NOWHERE */
  readonly bias: Floats;
  readonly out: Floats;
}

/** A convolution that is ready to run. */
export type RunConv = (operands: ConvOperands) => void;

/** True if the kernel covers its whole input: one output per channel, so the convolution is a matrix product. */
export function isLinear(g: ConvGeometry): boolean {
  const covers = g.kernel.every((size, axis) => size === g.input[axis] && g.before[axis] === 0 && g.after[axis] === 0);
  return covers && g.groups === 1 && !g.flip;
}

/** Nanoseconds of the multiply-adds of a convolution, and of each of its gradients. */
export function productsOf(g: ConvGeometry): number {
  return (NS.product * (sizeOf(g.outShape) * g.inChannels * sizeOf(g.kernel))) / g.groups;
}
