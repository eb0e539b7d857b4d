import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Address } from '../address.js';
import type { Machine } from '../machine.js';
import type { Steps } from '../turns.js';

/**
 * Estimated nanoseconds per multiply-add, per value read or written, and per value copied. They determine how a job
 * first runs, see Sharing, and into how many shares it is divided.
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

/** A prepared convolution. */
export type RunConv = (operands: ConvOperands) => Steps<unknown>;
/** A prepared operator on three buffers. */
export type RunOnThree = (a: Floats, b: Floats, c: Floats) => Steps<unknown>;

/** Nanoseconds to read x once and to write the output. */
export function valuesOf(g: ConvGeometry): number {
  return NS.value * (sizeOf(g.xShape) + sizeOf(g.outShape));
}

/** Values read per turn. */
const CHECKED_VALUES = 2 ** 20;

/** True if no value is NaN or infinite. */
export function* areFinite(machine: Machine, values: Floats, count: number): Steps<boolean> {
  for (let from = 0; from < count; from += CHECKED_VALUES) {
    if (from > 0 && machine.inTurns) yield 'turn';
    if (!machine.run.allFinite((values + 4 * from) as Floats, Math.min(CHECKED_VALUES, count - from))) return false;
  }
  return true;
}

/** True if the kernel covers its whole input: one output per channel, so the convolution is a matrix product. */
export function isLinear(g: ConvGeometry): boolean {
  const covers = g.kernel.every((size, axis) => size === g.input[axis] && g.before[axis] === 0 && g.after[axis] === 0);
  return covers && g.groups === 1 && !g.flip;
}

/** Nanoseconds of the multiply-adds of a convolution, and of each of its gradients. */
export function productsOf(g: ConvGeometry): number {
  return (NS.product * (sizeOf(g.outShape) * g.inChannels * sizeOf(g.kernel))) / g.groups;
}

/** Bytes cleared per turn. */
const CLEARED_BYTES = 2 ** 20;

/** Sets bytes to zero. */
export function* clear(machine: Machine, from: Address<'Floats'>, bytes: number): Steps<void> {
  for (let done = 0; done < bytes; done += CLEARED_BYTES) {
    if (done > 0 && machine.inTurns) yield 'turn';
    machine.run.clear((from + done) as Floats, Math.min(CLEARED_BYTES, bytes - done));
  }
}
