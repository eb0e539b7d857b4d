// A synthetic volume that resembles a scan.
import { Random, type Tensor } from 'convlab';

/** The side length of the volume in voxels. */
export const SIDE = 40;

/** A hollow ball with a ball inside, and a diagonal rod, with noise: density 0 to 1, `[40, 40, 40]`. */
export function scan(): Tensor {
  const random = new Random(1);
  const data = new Float32Array(SIDE ** 3);
  const center = (SIDE - 1) / 2;
  for (let z = 0, i = 0; z < SIDE; z++) {
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++, i++) {
        const radius = Math.hypot(z - center, y - center, x - center);
        const inner = Math.hypot(z - center + 4, y - center - 3, x - center);
        const rod = Math.hypot(y - 8, z - x);
        data[i] = (radius > 13 && radius < 17 ? 0.8 : inner < 5 ? 1 : rod < 2.5 ? 0.6 : 0.1) + 0.12 * random.normal();
      }
    }
  }
  return { shape: [SIDE, SIDE, SIDE], data };
}
