import type { Tensor } from '../../src/index.js';

/** `[kH, kW]` as a list of rows, which many libraries take. @param weights in place of the kernel's own */
export function kernelRows({ shape: [kH, kW], data }: Tensor, weights: readonly number[] = Array.from(data)): number[][] {
  return Array.from({ length: kH }, (_, kh) => weights.slice(kh * kW, (kh + 1) * kW));
}
