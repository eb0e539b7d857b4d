import { OptionError } from '../../errors.js';
import { check, count, notNegative } from '../../options.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';
import { view } from './shape.js';
import { Standardization } from './standardization.js';

/**
 * (x − mean) / √(variance + eps), over each group of channels of each sample. With one group it normalizes the whole
 * sample; with one group per channel, each feature map.
 * @param x `[N, C, ...spatial]`
 * @param groups number of groups, a divisor of C
 * @param eps added to the variance. Default 1e-5
 * @throws OptionError if the groups do not divide the channels, or eps is not ≥ 0
 * @see Wu and He, Group Normalization, 2018
 * @example
 * ```ts
 * import { Module, groupNorm, tensor, type Value } from 'convlab';
 *
 * class Even extends Module {
 *   forward(x: Value) {
 *     return groupNorm(x, 1);
 *   }
 * }
 * const { data } = await new Even().run(tensor([[1, 3]]));
 * console.log([...data].map((value) => value.toFixed(2))); // → [ '-1.00', '1.00' ]
 * ```
 */
export function groupNorm(x: Value, groups: number, eps = 1e-5): Value {
  const [batch, channels] = x.shape;
  check('groupNorm', 'groups', groups, count);
  check('groupNorm', 'eps', eps, notNegative);
  if (channels % groups !== 0) throw new OptionError('groupNorm', 'groups', `must divide the ${channels} channels`, groups);
  const cells = sizeOf(x.shape) / batch / groups;
  const flat = view(x, [batch, groups, cells]);
  const standard = new Standardization(x.graph, [1, batch * groups, cells], eps);
  const normal = x.graph.record('groupNorm', [flat], flat.shape, (out) => ({
    attributes: { eps },
    forward: (on) => standard.forward(on, flat.data, out.data),
    backward: (on) => flat.storage.accumulate(on, (into) => standard.backward(on, out.gradient, out.data, into)),
  }));
  return view(normal, x.shape);
}
