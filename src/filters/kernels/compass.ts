import { OptionError } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/** The outer cells of a 3 × 3 kernel, counter-clockwise from the right. */
const RING = [5, 2, 1, 0, 3, 6, 7, 8] as const;

/**
 * Kirsch's eight kernels, each `[3, 3]`, sum 0: 5 times the sum of three adjacent neighbors minus 3 times
 * the sum of the other five. The first faces right, each following one is rotated by 45° counter-clockwise.
 * @see Kirsch, Computer Determination of the Constituent Structure of Biological Images (1971)
 */
export const KIRSCH: readonly Tensor[] = compass([
  [-3, -3, 5],
  [-3, 0, 5],
  [-3, -3, 5],
]);

/**
 * Robinson's eight kernels, each `[3, 3]`, sum 0: Sobel's, rotated in steps of 45°. The first is SOBEL_X, the third −SOBEL_Y.
 * @see Robinson, Edge Detection by Compass Gradient Masks (1977)
 */
export const ROBINSON: readonly Tensor[] = compass([
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
]);

/**
 * One of {@link KIRSCH}.
 * @param direction 0 right, 1 upper right, 2 up, … 7 lower right. Default 0
 * @throws OptionError if there is no such direction
 * @example
 * ```ts
 * import { filter, kirsch } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * console.log([...kirsch(0).data].join(' ')); // → -3 -3 5 -3 0 5 -3 -3 5
 * const edges = await filter(await readImage('photo.jpg'), kirsch(2), { output: 'abs' });
 * ```
 */
export function kirsch(direction = 0): Tensor {
  return inDirection('kirsch', KIRSCH, direction);
}

/** One of {@link ROBINSON}. @param direction 0 right, 1 upper right, 2 up, … 7 lower right. Default 0 @throws OptionError if there is no such direction */
export function robinson(direction = 0): Tensor {
  return inDirection('robinson', ROBINSON, direction);
}

function compass(rows: readonly (readonly number[])[]): Tensor[] {
  const { shape, data } = kernel2d(rows);
  return RING.map((_, turn) => {
    const turned = data.slice();
    RING.forEach((cell, i) => {
      turned[RING[(i + turn) % 8]] = data[cell];
    });
    return { shape, data: turned };
  });
}

function inDirection(operation: string, kernels: readonly Tensor[], direction: number): Tensor {
  const kernel = kernels[direction];
  if (!kernel) throw new OptionError(operation, 'direction', 'must be an integer from 0 to 7', direction);
  return kernel;
}

const COMPASS_RULE = '0 right, 1 upper right, 2 up … 7 lower right';

export const KIRSCH_ENTRY: KernelEntry = {
  name: 'kirsch',
  group: 'edges',
  summary: 'edges in one of eight directions',
  formula: '−3 −3 5 / −3 0 5 / −3 −3 5, turned by 45° · direction',
  code: 'kirsch(direction)',
  parameters: [{ name: 'direction', default: 0, rule: COMPASS_RULE }],
  make: kirsch,
  output: 'abs',
};

export const ROBINSON_ENTRY: KernelEntry = {
  name: 'robinson',
  group: 'edges',
  summary: 'edges in one of eight directions, with the weights of Sobel',
  formula: 'sobel-x, turned by 45° · direction',
  code: 'robinson(direction)',
  parameters: [{ name: 'direction', default: 0, rule: COMPASS_RULE }],
  make: robinson,
  output: 'abs',
};
