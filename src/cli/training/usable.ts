import type { Checkpoint } from '../../cnn/exchange/checkpoint.js';

/**
 * A checkpoint whose model has the weights to use: those of the best epoch if available, otherwise the averaged ones if
 * available.
 */
export function usable(checkpoint: Checkpoint): Checkpoint {
  const weights = checkpoint.history?.best ?? checkpoint.average;
  if (weights) checkpoint.model.loadStateDict(weights);
  return checkpoint;
}
