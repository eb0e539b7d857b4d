import { ShapeError, show } from '../../errors.js';
import { between, notNegative, type OptionsOf, option, type Rows, settle } from '../../options.js';
import type { Value } from '../graph.js';
import { scaleChannels } from './convolution.js';
import { Standardization } from './standardization.js';

/** Rules and defaults of {@link BatchNormOptions}. */
export const BATCH_NORM_OPTIONS = {
  /** Added to the variance. Default 1e-5. */
  eps: option(notNegative, { default: 1e-5 }),
  /** Weight of the current batch in the running statistics. Default 0.1. */
  momentum: option(between(0, 1), { default: 0.1 }),
} satisfies Rows;

/** Options of {@link batchNorm}. */
export interface BatchNormOptions extends OptionsOf<typeof BATCH_NORM_OPTIONS> {}

/**
 * (x − mean) / √(variance + eps) per channel: with batch statistics in training, which also updates the running
 * statistics; with the running statistics in evaluation. Mean and variance are channel sums, computed by the operator
 * for bias gradients; scaling a channel is a convolution with a 1 × 1 kernel.
 * @param x `[N, C, ...spatial]`
 * @param runningMean `[C]`
 * @param runningVariance `[C]`
 * @throws OptionError if an option is unknown or breaks its rule; ShapeError when it runs in training if a channel has
 * only one value, and therefore no variance
 * @see Ioffe and Szegedy, Batch Normalization, 2015
 * @example
 * ```ts
 * import { BatchNorm2d, full } from 'convlab';
 *
 * const layer = new BatchNorm2d(2, { momentum: 0.2 }); // calls batchNorm with its running mean and variance
 * const { data } = await layer.eval().run(full([1, 2, 1, 1], 3)); // mean 0 and variance 1, until it is trained
 * console.log([...data].map((value) => value.toFixed(2))); // → [ '3.00', '3.00' ]
 * ```
 */
export function batchNorm(x: Value, runningMean: Value, runningVariance: Value, options: BatchNormOptions = {}): Value {
  const { eps, momentum } = settle('batchNorm', options, BATCH_NORM_OPTIONS);
  const { graph } = x;
  const [, channels] = x.shape;
  if (!graph.training) {
    const shift = graph.temporary([channels]);
    const factors = graph.record('batchNormStatistics', [runningMean, runningVariance], [channels], (out) => ({
      attributes: { eps },
      forward: (on) => {
        on.pointwise('inverseSquareRoot', [runningVariance.data], [eps], out.data);
        on.pointwise('multiplyAdd', [runningMean.data, out.data, out.data], [-1, 0], shift.data);
      },
    }));
    return scaleChannels(x, factors, shift);
  }

  const standard = new Standardization(graph, x.shape, eps);
  const { count, mean, variance } = standard;
  return graph.record('batchNorm', [x, runningMean, runningVariance], x.shape, (out) => ({
    attributes: { eps, momentum },
    forward: (on) => {
      if (count === 1) {
        const rule = `training requires more than one value per channel, received ${show(x.shape)}; use larger batches, dropLast, or eval()`;
        throw new ShapeError('batchNorm', rule, { x: x.shape });
      }
      standard.forward(on, x.data, out.data);
      on.pointwise('combine', [runningMean.data, mean.data], [1 - momentum, momentum], runningMean.data);
      on.pointwise('combine', [runningVariance.data, variance.data], [1 - momentum, (momentum * count) / (count - 1)], runningVariance.data);
    },
    backward: (on) => x.storage.accumulate(on, (into) => standard.backward(on, out.gradient, out.data, into)),
  }));
}
