import { DataError, ShapeError, show } from '../errors.js';
import type { Tensor } from '../tensor.js';
import type { LoadedNames } from './module-options.js';
import type { Parameter } from './parameter.js';

/**
 * Finds the values of parameters by name.
 * @returns the parameters with values, and the names that only one side has
 * @throws DataError if a name is missing or unknown and `strict` is true
 * @throws ShapeError if a parameter has another shape
 */
export function matchState(
  parameters: ReadonlyMap<string, Parameter>,
  state: ReadonlyMap<string, Tensor>,
  strict: boolean,
): LoadedNames & { readonly found: readonly (readonly [Parameter, Tensor])[] } {
  const missing = [...parameters.keys()].filter((name) => !state.has(name));
  const unexpected = [...state.keys()].filter((name) => !parameters.has(name) && !name.endsWith('num_batches_tracked'));
  if (strict && missing.length + unexpected.length > 0) {
    const rule = `the names must be the model's: missing ${show(missing)}, unknown ${show(unexpected)}`;
    throw new DataError('loadStateDict', `${rule}; strict: false loads what fits`, { missing, unexpected });
  }
  const found = [...parameters].flatMap(([name, parameter]): [Parameter, Tensor][] => {
    const values = state.get(name);
    if (!values) return [];
    const { shape } = parameter;
    if (show(values.shape) !== show(shape))
      throw new ShapeError('loadStateDict', `${name} must have shape ${show(shape)}, received ${show(values.shape)}`, { name, shape, received: values.shape });
    return [[parameter, values]];
  });
  return { found, missing, unexpected };
}
