import type { Tensor } from 'convlab';

/** Placement of a digit: shift in cells, then rotation about the center, counter-clockwise. */
export interface Movement {
  readonly dx: number;
  readonly dy: number;
  readonly degrees: number;
}

/** `[1, 1, H, W]` rotated about its center and shifted, with bilinear interpolation; pixels from outside the image are black. */
export function moved(x: Tensor, { dx, dy, degrees }: Movement): Tensor {
  if (dx === 0 && dy === 0 && degrees === 0) return x;
  const [height, width] = x.shape.slice(-2);
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const at = (y: number, x1: number) => (y >= 0 && x1 >= 0 && y < height && x1 < width ? x.data[y * width + x1] : 0);
  const data = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < width; column++) {
      const [ry, rx] = [y - dy - middleY, column - dx - middleX];
      const [fromY, fromX] = [middleY + cos * ry + sin * rx, middleX - sin * ry + cos * rx];
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)];
      const [fy, fx] = [fromY - top, fromX - left];
      data[y * width + column] =
        (1 - fy) * ((1 - fx) * at(top, left) + fx * at(top, left + 1)) + fy * ((1 - fx) * at(top + 1, left) + fx * at(top + 1, left + 1));
    }
  }
  return { shape: x.shape, data };
}
