import type { ConvGeometry } from '../../../geometry.js';
import type { PictureJob, PictureSum } from '../../../job.js';

/** A picture's job as the programs of this backend take it apart. */
export interface BytesTask {
  readonly geometry: ConvGeometry;
  readonly bias: number;
  /** the last channel is alpha, and passes through */
  readonly keepsAlpha: boolean;
  readonly needsOpaque: boolean;
  readonly weights: PictureSum;
}

export function bytesTask({ load, passes: [{ geometry, sum }], store }: PictureJob): BytesTask {
  return { geometry, bias: store.bias, keepsAlpha: load.filtered < load.channels, needsOpaque: load.opaque, weights: sum };
}
