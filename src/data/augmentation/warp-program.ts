import type { PixelProgram } from './pixel-step.js';
import type { AddNoise } from './smooth-noise.js';

/**
 * Bilinear resampling: the pixel at p, relative to the center, shows the source at matrix · p + shift + displacement(p). The edge
 * pixels are repeated beyond the border.
 *
 * Record: matrix [yy, yx, xy, xx], shift [y, x], then the displacements, each as [σ, noise nodes of y, noise nodes of x].
 */
export function warpProgram(addNoise: AddNoise): PixelProgram {
  /** The displacements of y, then those of x; undefined without any. */
  function displacementOf(height: number, width: number, record: Float64Array): Float32Array | undefined {
    if (record.length === 6) return undefined;
    const area = height * width;
    const sum = new Float32Array(2 * area);
    let at = 6;
    while (at < record.length) {
      const sigma = record[at];
      const nodes = (Math.floor((height - 1) / sigma) + 8) * (Math.floor((width - 1) / sigma) + 8); // see nodesOf
      at++;
      for (const plane of [sum.subarray(0, area), sum.subarray(area)]) {
        addNoise(plane, height, width, sigma, record.subarray(at, at + nodes));
        at += nodes;
      }
    }
    return sum;
  }

  /** Flips and shifts by whole pixels, which copy samples. */
  function copy(from: Float32Array, to: Float32Array, [channels, height, width]: readonly number[], [yy, , , xx, shiftY, shiftX]: Float64Array): void {
    const [startY, startX] = [shiftY + (yy < 0 ? height - 1 : 0), shiftX + (xx < 0 ? width - 1 : 0)];
    for (let c = 0, i = 0; c < channels; c++) {
      for (let h = 0; h < height; h++) {
        const row = (c * height + Math.min(Math.max(yy * h + startY, 0), height - 1)) * width;
        for (let w = 0, x = startX; w < width; w++, i++, x += xx) to[i] = from[row + (x < 0 ? 0 : x < width ? x : width - 1)];
      }
    }
  }

  return (from, to, shape, record) => {
    const [, height, width] = shape;
    const [yy, yx, xy, xx, shiftY, shiftX] = record;
    const displacement = displacementOf(height, width, record);
    const whole = yy * yy === 1 && xx * xx === 1 && yx === 0 && xy === 0 && Number.isInteger(shiftY) && Number.isInteger(shiftX);
    if (whole && !displacement) {
      copy(from, to, shape, record);
      return;
    }
    const area = height * width;
    const [lastY, lastX] = [height - 1, width - 1];
    const [centerY, centerX] = [lastY / 2, lastX / 2];
    for (let h = 0, i = 0; h < height; h++) {
      const dy = h - centerY;
      for (let w = 0; w < width; w++, i++) {
        const dx = w - centerX;
        let y = yy * dy + yx * dx + shiftY + centerY;
        let x = xy * dy + xx * dx + shiftX + centerX;
        if (displacement) {
          y += displacement[i];
          x += displacement[area + i];
        }
        y = y < 0 ? 0 : y < lastY ? y : lastY;
        x = x < 0 ? 0 : x < lastX ? x : lastX;
        const top = y | 0;
        const left = x | 0;
        const down = top < lastY ? width : 0;
        const right = left < lastX ? 1 : 0;
        for (let at = top * width + left, out = i; out < to.length; at += area, out += area) {
          const upper = from[at] + (x - left) * (from[at + right] - from[at]);
          const lower = from[at + down] + (x - left) * (from[at + down + right] - from[at + down]);
          to[out] = upper + (y - top) * (lower - upper);
        }
      }
    }
  };
}
