import { OptionError } from '../errors.js';

/** The learning rate at a point of training, as a factor of the optimizer's own rate. @param progress 0 at the first step, 1 after the last */
export type Schedule = (progress: number, epoch: number) => number;

/**
 * Multiplies the rate by `gamma` every `stepSize` epochs, PyTorch's StepLR.
 * @param gamma default 0.1
 * @throws OptionError if `stepSize` is not a whole number ≥ 1
 */
export function stepSchedule(stepSize: number, gamma = 0.1): Schedule {
  if (!(Number.isInteger(stepSize) && stepSize >= 1)) throw new OptionError('stepSchedule', 'stepSize', 'must be a whole number of epochs ≥ 1', stepSize);
  return (_progress, epoch) => gamma ** Math.floor(epoch / stepSize);
}

/**
 * Half a cosine wave from 1 down to `end`.
 * @param end default 0
 * @example
 * ```ts
 * import { cosineSchedule, warmUp } from 'convlab';
 *
 * const schedule = warmUp(0.1, cosineSchedule()); // for train({ schedule })
 * ```
 */
export function cosineSchedule(end = 0): Schedule {
  return (progress) => end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * progress));
}

/**
 * Up from 1 / divFactor to 1 during the first `pctStart` of training, then down to 1 / (divFactor · finalDivFactor), both
 * along half a cosine wave: PyTorch's OneCycleLR, whose max_lr is the optimizer's rate here.
 * @throws OptionError unless 0 < pctStart < 1
 * @see Smith and Topin, Super-Convergence, 2018
 */
export function oneCycleSchedule({ pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = {}): Schedule {
  if (!(pctStart > 0 && pctStart < 1)) throw new OptionError('oneCycleSchedule', 'pctStart', 'must be a share, 0 < s < 1', pctStart);
  const wave = (from: number, to: number, share: number) => to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * share));
  const start = 1 / divFactor;
  return (progress) => (progress < pctStart ? wave(start, 1, progress / pctStart) : wave(1, start / finalDivFactor, (progress - pctStart) / (1 - pctStart)));
}

/**
 * Rises in a straight line during the first `share` of training, then does as `then` says.
 * @param then default: stays at 1
 * @throws OptionError unless 0 < share < 1
 */
export function warmUp(share: number, then: Schedule = () => 1): Schedule {
  if (!(share > 0 && share < 1)) throw new OptionError('warmUp', 'share', 'must be a share, 0 < s < 1', share);
  return (progress, epoch) => (progress < share ? progress / share : then((progress - share) / (1 - share), epoch));
}
