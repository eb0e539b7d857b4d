import { convGeometry } from '../../kernels/geometry.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';
import { scaleChannels } from './convolution.js';

/** Options of {@link normalizeBatch}. */
export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Share of the batch in the running statistics. Default 0.1. */
  momentum?: number;
}

/**
 * (x − mean) / √(variance + eps) per channel: over the batch in training, which also moves the running statistics;
 * by these in evaluation. Mean and variance are channel sums, which is what a bias gradient is; scaling a channel is a
 * convolution of one cell.
 * @param x `[N, C, ...spatial]`
 * @param runningMean `[C]`
 * @param runningVariance `[C]`
 * @see Ioffe and Szegedy, Batch Normalization, 2015
 * @example
 * ```ts
 * import { BatchNorm2d, full } from 'convlab';
 *
 * const layer = new BatchNorm2d(2, { momentum: 0.2 }); // calls normalizeBatch with its running mean and variance
 * const { data } = await layer.eval().run(full([1, 2, 1, 1], 3)); // mean 0 and variance 1, until it is trained
 * console.log([...data].map((value) => value.toFixed(2))); // → [ '3.00', '3.00' ]
 * ```
 */
export function normalizeBatch(x: Value, runningMean: Value, runningVariance: Value, { eps = 1e-5, momentum = 0.1 }: BatchNormOptions = {}): Value {
  const { graph } = x;
  const [batch, channels] = x.shape;
  const count = batch * sizeOf(x.shape.slice(2));
  const vector = () => graph.temporary([channels]);
  const [mean, variance, inverse, shift] = [vector(), vector(), vector(), vector()];
  const [centered, square] = [graph.temporary(x.shape), graph.temporary(x.shape)];
  const ones = graph.constant([channels], new Float32Array(channels).fill(1));
  const geometry = convGeometry(x.shape, [channels, 1, ...x.shape.slice(2).map(() => 1)], { groups: channels }, 'batchNorm');

  if (!graph.training) {
    const factors = graph.record('batchNormStatistics', [runningMean, runningVariance], [channels], (out) => ({
      attributes: { eps },
      forward: (on) => {
        on.pointwise('inverseSquareRoot', [runningVariance.data], [eps], out.data);
        on.pointwise('multiplyAdd', [runningMean.data, out.data, out.data], [-1, 0], shift.data);
      },
    }));
    return scaleChannels(x, factors, shift);
  }

  return graph.record('batchNorm', [x, runningMean, runningVariance], x.shape, (out) => ({
    attributes: { eps, momentum },
    forward: (on) => {
      const average = (from: Value, to: Value) => {
        on.convBiasGradient(geometry, from.data, to.data);
        on.pointwise('affine', [to.data], [1 / count, 0], to.data);
      };
      average(x, mean);
      // the variance from x − mean, not from E[x²] − mean², which cancels
      on.pointwise('affine', [mean.data], [-1, 0], shift.data);
      on.conv(geometry, x.data, ones.data, shift.data, centered.data);
      on.pointwise('multiply', [centered.data, centered.data], [], square.data);
      average(square, variance);
      on.pointwise('inverseSquareRoot', [variance.data], [eps], inverse.data);
      on.conv(geometry, centered.data, inverse.data, null, out.data);
      on.pointwise('combine', [runningMean.data, mean.data], [1 - momentum, momentum], runningMean.data);
      const unbiased = count / Math.max(count - 1, 1);
      on.pointwise('combine', [runningVariance.data, variance.data], [1 - momentum, momentum * unbiased], runningVariance.data);
    },
    // ∂L/∂x = (g − mean(g) − y · mean(g · y)) / √(variance + eps)
    backward: (on) => {
      x.storage.accumulate(on, (into) => {
        on.pointwise('multiply', [out.gradient, out.data], [], square.data);
        on.convBiasGradient(geometry, square.data, variance.data);
        on.pointwise('affine', [variance.data], [-1 / count, 0], variance.data);
        on.convBiasGradient(geometry, out.gradient, shift.data);
        on.pointwise('affine', [shift.data], [-1 / count, 0], shift.data);
        on.conv(geometry, out.data, variance.data, shift.data, square.data);
        on.pointwise('combine', [out.gradient, square.data], [1, 1], square.data);
        on.conv(geometry, square.data, inverse.data, null, into);
      });
    },
  }));
}
