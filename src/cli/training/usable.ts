import type { Checkpoint } from '../../cnn/exchange/checkpoint.js';

/** A checkpoint whose model has the weights to use: of the best epoch so far, else the averaged ones, where it holds either. */
export function usable(checkpoint: Checkpoint): Checkpoint {
  const weights = checkpoint.history?.best ?? checkpoint.average;
  if (weights) checkpoint.model.loadStateDict(weights);
  return checkpoint;
}
