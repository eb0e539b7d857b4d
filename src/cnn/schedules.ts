import { above, check, count, notNegative, type OptionsOf, option, type Rows, rule, settle } from '../options.js';

/**
 * The learning rate at a point in training, as a factor of the optimizer's rate.
 * @param progress 0 at the first step, 1 after the last
 * @param steps total number of training steps, which {@link train} passes. Default: infinite
 */
export type Schedule = (progress: number, epoch: number, steps?: number) => number;

/**
 * Multiplies the rate by `gamma` every `stepSize` epochs, like PyTorch's StepLR.
 * @param gamma default 0.1
 * @throws OptionError if `stepSize` is not an integer ≥ 1, or `gamma` not a finite number ≥ 0
 */
export function stepSchedule(stepSize: number, gamma = 0.1): Schedule {
  check('stepSchedule', 'stepSize', stepSize, count);
  check('stepSchedule', 'gamma', gamma, notNegative);
  return (_progress, epoch) => gamma ** Math.floor(epoch / stepSize);
}

/**
 * Half a cosine wave from 1 down to `end`.
 * @param end default 0
 * @throws OptionError unless `end` is a finite number ≥ 0
 * @example
 * ```ts
 * import { cosineSchedule, warmUp } from 'convlab';
 *
 * const schedule = warmUp(0.1, cosineSchedule()); // for train({ schedule })
 * ```
 */
export function cosineSchedule(end = 0): Schedule {
  check('cosineSchedule', 'end', end, notNegative);
  return (progress) => end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * progress));
}

const properShare = rule<number>('a share, 0 < s < 1', (value) => typeof value === 'number' && value > 0 && value < 1);

/** Rules and defaults of {@link OneCycleOptions}. */
export const ONE_CYCLE_OPTIONS = {
  /** Fraction of training until the peak. Default 0.3. */
  pctStart: option(properShare, { default: 0.3 }),
  /** The first rate is 1 / divFactor of the peak. Default 25. */
  divFactor: option(above(0), { default: 25 }),
  /** The last rate is 1 / finalDivFactor of the first. Default 1e4. */
  finalDivFactor: option(above(0), { default: 1e4 }),
} satisfies Rows;

/** Options of {@link oneCycleSchedule}. */
export interface OneCycleOptions extends OptionsOf<typeof ONE_CYCLE_OPTIONS> {}

/**
 * Rises from 1 / divFactor to 1 during the first `pctStart` of training, then falls to 1 / (divFactor · finalDivFactor)
 * at the last step, both along half a cosine wave: the rates of PyTorch's OneCycleLR, whose max_lr is the optimizer's
 * rate here. The momentum does not change.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Smith and Topin, Super-Convergence, 2018
 */
export function oneCycleSchedule(options: OneCycleOptions = {}): Schedule {
  const { pctStart, divFactor, finalDivFactor } = settle('oneCycleSchedule', options, ONE_CYCLE_OPTIONS);
  const wave = (from: number, to: number, share: number) => to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * share));
  const start = 1 / divFactor;
  return (progress, _epoch, steps = Number.POSITIVE_INFINITY) => {
    // PyTorch counts steps: the peak is step pctStart · steps − 1, the end is step steps − 1
    const [peak, end] = [pctStart - 1 / steps, 1 - 1 / steps];
    return progress < peak ? wave(start, 1, progress / peak) : wave(1, start / finalDivFactor, (progress - peak) / (end - peak));
  };
}

/**
 * Rises linearly during the first `share` of training, then follows the schedule `then`.
 * @param then default: stays at 1
 * @throws OptionError unless 0 < share < 1
 */
export function warmUp(share: number, then: Schedule = () => 1): Schedule {
  check('warmUp', 'share', share, properShare);
  return (progress, epoch, steps) => {
    if (progress < share) return progress / share;
    return then((progress - share) / (1 - share), epoch, steps === undefined ? undefined : steps * (1 - share));
  };
}
