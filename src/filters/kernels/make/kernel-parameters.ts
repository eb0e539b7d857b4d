import { OptionError, show } from '../../../errors.js';

// The rules that parameters of filters share.

/** @throws OptionError unless it is a finite number > 0 */
export function positive(operation: string, name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) throw new OptionError(operation, name, 'must be a finite number > 0', value);
}

/** @throws OptionError unless it is a finite number ≥ 0 */
export function notNegative(operation: string, name: string, value: number): void {
  if (!Number.isFinite(value) || value < 0) throw new OptionError(operation, name, 'must be a finite number ≥ 0', value);
}

/** @throws OptionError unless it is a finite number */
export function finite(operation: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new OptionError(operation, name, 'must be a finite number', value);
}

/** @throws OptionError unless it is a whole number ≥ 1 */
export function count(operation: string, name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new OptionError(operation, name, 'must be a whole number ≥ 1', value);
}

/** @throws OptionError unless it is one of the known words */
export function oneOf(operation: string, name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new OptionError(operation, name, `must be one of ${known.join(', ')}`, value);
}

const LARGEST = 2 ** 24;

/**
 * Refuses a parameter that asks for a kernel of more weights than a photo has pixels, before the memory is asked for.
 * @throws OptionError if the shape holds more than 2²⁴ weights
 */
export function checkKernelSize(operation: string, name: string, value: unknown, shape: readonly number[]): void {
  const weights = shape.reduce((product, size) => product * size, 1);
  if (!(weights <= LARGEST)) throw new OptionError(operation, name, `makes a kernel of ${shape.map(show).join(' × ')} weights, ${LARGEST} are allowed`, value);
}
