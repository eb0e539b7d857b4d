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
      forward: (backend) => {
        backend.pointwise('inverseSquareRoot', [runningVariance.data], [eps], out.data);
        backend.pointwise('multiplyAdd', [runningMean.data, out.data, out.data], [-1, 0], shift.data);
      },
    }));
    return scaleChannels(x, factors, shift);
  }

  return graph.record('batchNorm', [x, runningMean, runningVariance], x.shape, (out) => ({
    attributes: { eps, momentum },
    forward: (backend) => {
      const average = (from: Value, to: Value) => {
        backend.convBiasGradient(geometry, from.data, to.data);
        backend.pointwise('affine', [to.data], [1 / count, 0], to.data);
      };
      average(x, mean);
      // the variance from x − mean, not from E[x²] − mean², which cancels
      backend.pointwise('affine', [mean.data], [-1, 0], shift.data);
      backend.conv(geometry, x.data, ones.data, shift.data, centered.data);
      backend.pointwise('multiply', [centered.data, centered.data], [], square.data);
      average(square, variance);
      backend.pointwise('inverseSquareRoot', [variance.data], [eps], inverse.data);
      backend.conv(geometry, centered.data, inverse.data, null, out.data);
      backend.pointwise('combine', [runningMean.data, mean.data], [1 - momentum, momentum], runningMean.data);
      const unbiased = count / Math.max(count - 1, 1);
      backend.pointwise('combine', [runningVariance.data, variance.data], [1 - momentum, momentum * unbiased], runningVariance.data);
    },
    // ∂L/∂x = (g − mean(g) − y · mean(g · y)) / √(variance + eps)
    backward: (backend) => {
      x.storage.accumulate(backend, (into) => {
        backend.pointwise('multiply', [out.gradient, out.data], [], square.data);
        backend.convBiasGradient(geometry, square.data, variance.data);
        backend.pointwise('affine', [variance.data], [-1 / count, 0], variance.data);
        backend.convBiasGradient(geometry, out.gradient, shift.data);
        backend.pointwise('affine', [shift.data], [-1 / count, 0], shift.data);
        backend.conv(geometry, out.data, variance.data, shift.data, square.data);
        backend.pointwise('combine', [out.gradient, square.data], [1, 1], square.data);
        backend.conv(geometry, square.data, inverse.data, null, into);
      });
    },
  }));
}
