import { Random, type Tensor } from '../../src/index.js';

/** Numbers from −1 to 1, the same every time. */
export function draw(shape: readonly number[], seed = 1): Tensor {
  const random = new Random(seed);
  return { shape: [...shape], data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform(-1, 1)) };
}
