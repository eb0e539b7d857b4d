import { OptionError, show } from '../../../errors.js';

const LARGEST = 2 ** 24;

/**
 * Rejects a parameter that requests a kernel of more weights than a photo has pixels, before the memory is requested.
 * @throws OptionError if the shape holds more than 2²⁴ weights
 */
export function checkKernelSize(operation: string, name: string, value: unknown, shape: readonly number[]): void {
  const weights = shape.reduce((product, size) => product * size, 1);
  if (!(weights <= LARGEST))
    throw new OptionError(operation, name, `must give a kernel of at most ${LARGEST} weights, but gives ${shape.map(show).join(' × ')}`, value);
}
