import type * as Library from '../../src/index.js';

/** What a run of many calls found. */
export interface Load {
  /** bytes of memory, at equal distances */
  readonly samples: readonly number[];
  /** what keeps the program from ending: before, and when all is done */
  readonly held: readonly [before: number, after: number];
  readonly seconds: number;
}

/**
 * Many filter calls, one after the other: images of many sizes and all kinds, kernels of every way of computing.
 * It runs in Node and in pages, from its source: it reaches for nothing around it.
 * @param measure bytes of memory now
 * @param sizes of images, at most 120: a GPU compiles a program for each
 */
export async function manyCalls(
  library: Pick<typeof Library, 'createImage' | 'filter' | 'box' | 'gaussian' | 'sharpen' | 'kernel2d'>,
  backend: Library.Backend,
  calls: number,
  measure: () => Promise<number>,
  sizes = 120,
): Promise<number[]> {
  const { createImage, filter, box, gaussian, sharpen, kernel2d } = library;
  const dense = kernel2d(Array.from({ length: 9 }, (_, y) => Array.from({ length: 9 }, (_, x) => ((y * 9 + x * 7) % 11) / 50 - 0.1)));
  const kernels = [sharpen(), box(5), gaussian(1.5), dense, kernel2d([[1, 0, 0, 0, -1]])];
  const types = [Uint8ClampedArray, Uint16Array, Float32Array];
  const modes = ['reflect', 'zero', 'wrap', 'replicate', 'symmetric'] as const;
  const samples: number[] = [];
  for (let n = 0; n < calls; n++) {
    const [width, height, channels] = [9 + (((n % sizes) * 7) % 40), 9 + (((n % sizes) * 13) % 30), 1 + (n % 4)];
    const data = new types[n % 3](width * height * channels).fill(n % 2);
    const { data: out } = await filter(createImage(width, height, channels, data), kernels[n % 5], { paddingMode: modes[n % 7] ?? 'reflect', backend });
    if (out.length !== data.length) throw new Error(`call ${n} has ${out.length} samples instead of ${data.length}`);
    if (n % Math.ceil(calls / 40) === 0) samples.push(await measure());
  }
  return samples;
}

/** How much more memory the last quarter of a run takes than the second one; the first warms up. */
export function growth(samples: readonly number[]): number {
  const quarter = samples.length / 4;
  const median = (from: number) => samples.slice(from * quarter, (from + 1) * quarter).sort((a, b) => a - b)[Math.floor(quarter / 2)];
  return median(3) / median(1) - 1;
}
