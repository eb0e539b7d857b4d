import type { EpochRecord } from '../../cnn/training-history.js';

/** A fraction, 0 to 1, in percent with two decimals. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

/** The line printed after an epoch. */
export function epochLine({ epoch, loss, accuracy, validationLoss, validationAccuracy, seconds, waiting = 0 }: EpochRecord): string {
  const valid = validationAccuracy === undefined ? '' : `   validation loss ${validationLoss?.toFixed(4)} accuracy ${percent(validationAccuracy)}`;
  const waited = waiting > 0.1 * seconds ? `, of which ${waiting.toFixed(1)} s waiting for images` : '';
  return `epoch ${epoch + 1}: loss ${loss.toFixed(4)} accuracy ${percent(accuracy)}${valid}   ${seconds.toFixed(1)} s${waited}`;
}
