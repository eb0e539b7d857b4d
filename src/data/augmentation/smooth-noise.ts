/** Adds smooth noise to a plane. @param nodes see {@link nodesOf} */
export type AddNoise = (plane: Float32Array, height: number, width: number, sigma: number, nodes: Float64Array) => void;

/** Noise nodes along an axis: 8 of them reach each pixel. */
export function nodesOf(length: number, sigma: number): number {
  return Math.floor((length - 1) / sigma) + 8;
}

/**
 * Smooth noise: uniform noise on every pixel, blurred by a Gaussian of σ pixels.
 *
 * Because the result is smooth, noise on nodes one σ apart is enough. A sum of Gaussians at that distance varies by a
 * factor of 1 ± 2·exp(−π²), one in ten thousand, and √σ gives it the variance that noise on every pixel would have.
 * This is fast enough for every image in every pass, and synchronous, which `conv` is not.
 */
export function smoothNoise(): AddNoise {
  const TAPS = 8; // see nodesOf
  const known = new Map<string, Float32Array>();

  /**
   * The weights of the nodes around each pixel, length · TAPS. Pixel p sees the nodes (floor(p / σ) − 3 … + 4)·σ, at
   * least three σ to either side.
   */
  function tapsFor(length: number, sigma: number): Float32Array {
    const key = `${length} ${sigma}`;
    let taps = known.get(key);
    if (taps) return taps;
    taps = new Float32Array(length * TAPS);
    for (let i = 0; i < taps.length; i++) {
      const p = Math.floor(i / TAPS) / sigma;
      const node = Math.floor(p) + (i % TAPS) - 3;
      taps[i] = Math.exp(-((p - node) ** 2) / 2) / Math.sqrt(2 * Math.PI * sigma);
    }
    if (known.size === 16) known.clear();
    known.set(key, taps);
    return taps;
  }

  // the sums are unrolled: loops take 50% longer
  return (plane, height, width, sigma, nodes) => {
    const [tapsY, tapsX] = [tapsFor(height, sigma), tapsFor(width, sigma)];
    const nodesX = Math.floor((width - 1) / sigma) + TAPS;
    const nodesY = Math.floor((height - 1) / sigma) + TAPS;
    const noise = new Float32Array(nodes);
    const rows = new Float32Array(nodesY * width);
    for (let x = 0; x < width; x++) {
      const t = x * TAPS;
      const [t0, t1, t2, t3] = [tapsX[t], tapsX[t + 1], tapsX[t + 2], tapsX[t + 3]];
      const [t4, t5, t6, t7] = [tapsX[t + 4], tapsX[t + 5], tapsX[t + 6], tapsX[t + 7]];
      for (let node = 0, n = Math.floor(x / sigma), to = x; node < nodesY; node++, n += nodesX, to += width) {
        rows[to] =
          t0 * noise[n] +
          t1 * noise[n + 1] +
          t2 * noise[n + 2] +
          t3 * noise[n + 3] +
          t4 * noise[n + 4] +
          t5 * noise[n + 5] +
          t6 * noise[n + 6] +
          t7 * noise[n + 7];
      }
    }
    for (let y = 0; y < height; y++) {
      const t = y * TAPS;
      const [t0, t1, t2, t3] = [tapsY[t], tapsY[t + 1], tapsY[t + 2], tapsY[t + 3]];
      const [t4, t5, t6, t7] = [tapsY[t + 4], tapsY[t + 5], tapsY[t + 6], tapsY[t + 7]];
      for (let x = 0, to = y * width, r = Math.floor(y / sigma) * width; x < width; x++, to++, r++) {
        plane[to] +=
          t0 * rows[r] +
          t1 * rows[r + width] +
          t2 * rows[r + 2 * width] +
          t3 * rows[r + 3 * width] +
          t4 * rows[r + 4 * width] +
          t5 * rows[r + 5 * width] +
          t6 * rows[r + 6 * width] +
          t7 * rows[r + 7 * width];
      }
    }
  };
}
