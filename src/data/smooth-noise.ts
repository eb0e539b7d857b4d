import type { Random } from '../random.js';

/** Nodes of the noise that reach a pixel, along one axis. */
const TAPS = 8;

/**
 * Adds smooth noise to a plane: uniform noise from −alpha to alpha on every pixel, blurred by a Gaussian of `sigma`
 * pixels.
 *
 * Because the result is smooth, noise on nodes one σ apart is enough. A sum of Gaussians at that distance varies by a
 * factor of 1 ± 2·exp(−π²), one in ten thousand, and √σ gives it the variance that noise on every pixel would have.
 * This is fast enough for every image in every pass, and synchronous, which `conv` is not.
 * @param sigma ≥ 1
 */
export function smoothNoise(alpha: number, sigma: number): (plane: Float32Array, height: number, width: number, random: Random) => void {
  const known = new Map<number, Float32Array>();
  const tapsFor = (length: number) => {
    const taps = known.get(length) ?? gaussianTaps(length, sigma);
    known.set(length, taps);
    return taps;
  };
  return (plane, height, width, random) => {
    const [tapsY, tapsX] = [tapsFor(height), tapsFor(width)];
    const [nodesY, nodesX] = [height, width].map((length) => Math.floor((length - 1) / sigma) + TAPS);
    const noise = new Float32Array(nodesX);
    const rows = new Float32Array(nodesY * width);
    for (let node = 0; node < nodesY; node++) {
      for (let i = 0; i < nodesX; i++) noise[i] = random.uniform(-alpha, alpha);
      for (let x = 0; x < width; x++) rows[node * width + x] = sumOfTaps(tapsX, x, noise, Math.floor(x / sigma), 1);
    }
    for (let y = 0; y < height; y++) {
      const from = Math.floor(y / sigma) * width;
      for (let x = 0; x < width; x++) plane[y * width + x] += sumOfTaps(tapsY, y, rows, from + x, width);
    }
  };
}

/**
 * The weights of the nodes around each pixel, length · TAPS. Pixel p sees the nodes (floor(p / σ) − 3 … + 4)·σ,
 * at least three σ to either side.
 */
function gaussianTaps(length: number, sigma: number): Float32Array {
  return Float32Array.from({ length: length * TAPS }, (_, i) => {
    const p = Math.floor(i / TAPS) / sigma;
    const node = Math.floor(p) + (i % TAPS) - 3;
    return Math.exp(-((p - node) ** 2) / 2) / Math.sqrt(2 * Math.PI * sigma);
  });
}

/** Σ over k of taps[p·TAPS + k] · values[from + k·step], unrolled: a loop takes 50% longer. */
function sumOfTaps(taps: Float32Array, p: number, values: Float32Array, from: number, step: number): number {
  const t = p * TAPS;
  return (
    taps[t] * values[from] +
    taps[t + 1] * values[from + step] +
    taps[t + 2] * values[from + 2 * step] +
    taps[t + 3] * values[from + 3 * step] +
    taps[t + 4] * values[from + 4 * step] +
    taps[t + 5] * values[from + 5 * step] +
    taps[t + 6] * values[from + 6 * step] +
    taps[t + 7] * values[from + 7 * step]
  );
}
