import { check, probability } from '../../options.js';
import type { Value } from '../graph.js';
import { multiply } from './arithmetic.js';
import { scaleChannels } from './convolution.js';
import { view } from './shape.js';

/**
 * In training, sets each value to zero with probability p and scales the rest by 1 / (1 − p). In evaluation, returns x.
 * The masks come from the model's seeded generator.
 * @param p default 0.5
 * @throws OptionError unless 0 ≤ p < 1
 * @see Srivastava et al., Dropout, 2014
 * @example
 * ```ts
 * import { dropout, full, Module, type Value } from 'convlab';
 *
 * class Noisy extends Module {
 *   forward(x: Value) {
 *     return dropout(x, 0.5); // in training only
 *   }
 * }
 * console.log((await new Noisy().eval().run(full([1, 4], 1))).data); // → Float32Array(4) [ 1, 1, 1, 1 ]
 * ```
 */
export function dropout(x: Value, p = 0.5): Value {
  checkProbability('dropout', p);
  if (!x.graph.training || p === 0) return x;
  return multiply(x, mask(x, x.shape, p));
}

/**
 * {@link dropout} of whole channels.
 * @param x `[N, C, ...spatial]`
 * @throws OptionError unless 0 ≤ p < 1
 */
export function dropout2d(x: Value, p = 0.5): Value {
  checkProbability('dropout2d', p);
  if (!x.graph.training || p === 0) return x;
  const [n, c, ...spatial] = x.shape;
  const channels = view(x, [1, n * c, ...spatial]);
  return view(scaleChannels(channels, mask(x, [n * c], p), null), x.shape);
}

function mask({ graph }: Value, shape: readonly number[], p: number): Value {
  const keep = 1 / (1 - p);
  return graph.feed(shape, (values) => {
    for (let i = 0; i < values.length; i++) values[i] = graph.random.chance(p) ? 0 : keep;
  });
}

function checkProbability(operation: string, p: number): void {
  check(operation, 'p', p, probability);
}
