// Shifts and rotates digits, all images of a batch in the same way; pixels from outside the image are black.
import type { Tensor } from 'convlab';

/** `[N, C, H, W]` moved down by dy and to the right by dx, in pixels. */
export function shifted({ shape, data }: Tensor, dy: number, dx: number): Tensor {
  return moved(shape, data, (y, x) => [y - dy, x - dx]);
}

/** `[N, C, H, W]` rotated counter-clockwise about the center, with bilinear interpolation. */
export function rotated({ shape, data }: Tensor, degrees: number): Tensor {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [cy, cx] = [(shape[2] - 1) / 2, (shape[3] - 1) / 2];
  return moved(shape, data, (y, x) => [cy + cos * (y - cy) + sin * (x - cx), cx - sin * (y - cy) + cos * (x - cx)]);
}

/** @param from returns the source position of a pixel of the result */
function moved(shape: readonly number[], data: Float32Array, from: (y: number, x: number) => readonly [number, number]): Tensor {
  const [height, width] = shape.slice(-2);
  const area = height * width;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fy, fx] = from(y, x);
      const [top, left] = [Math.floor(fy), Math.floor(fx)];
      for (const [sy, wy] of [
        [top, 1 - (fy - top)],
        [top + 1, fy - top],
      ]) {
        for (const [sx, wx] of [
          [left, 1 - (fx - left)],
          [left + 1, fx - left],
        ]) {
          if (wy * wx === 0 || sy < 0 || sx < 0 || sy >= height || sx >= width) continue;
          const [at, to] = [sy * width + sx, y * width + x];
          for (let plane = 0; plane < data.length; plane += area) out[plane + to] += wy * wx * data[plane + at];
        }
      }
    }
  }
  return { shape, data: out };
}
