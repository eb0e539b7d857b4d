// Converts small integers as the slides print them, '010 101 010', to tensors and back.
import { type Tensor, tensor } from 'convlab';

/** '010 101 010' as `[1, 1, 3, 3]`. */
export function bits(text: string): Tensor {
  return tensor([[text.split(' ').map((row) => [...row].map(Number))]]);
}

/** The rows of `[..., H, W]`, one digit per cell. */
export function rows({ shape, data }: Tensor): string[] {
  const width = shape[shape.length - 1];
  return Array.from({ length: data.length / width }, (_, y) => data.slice(y * width, (y + 1) * width).join(''));
}
