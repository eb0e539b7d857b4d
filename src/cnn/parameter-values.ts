import type { DeviceBuffer } from '../kernels/backend.js';
import type { Operators } from '../kernels/operators.js';
import type { Random } from '../random.js';
import { sizeOf, type Tensor } from '../tensor.js';
import type { Parameter } from './parameter.js';

// The values of a parameter, on its backend or, before the model has one, in `host`.

/** Initializes a parameter that has no values yet. */
export function fill(parameter: Parameter, random: Random): void {
  if (!parameter.host && !parameter.storage.data) initialize(parameter, random);
}

/** Initializes a parameter, which replaces its values. */
export function initialize(parameter: Parameter, random: Random): void {
  const values = new Float32Array(sizeOf(parameter.shape));
  parameter.initializer(values, random);
  place(parameter, values);
}

/** Moves a parameter from `host` to a backend. */
export function move(parameter: Parameter, on: Operators, random: Random): void {
  fill(parameter, random);
  parameter.storage.allocate(on);
  on.write(parameter.storage.data as DeviceBuffer, parameter.host as Float32Array);
  parameter.host = undefined;
}

/** Sets the values. @param values kept */
export function place(parameter: Parameter, values: Float32Array): void {
  const { data, operators } = parameter.storage;
  if (data && operators) operators.write(data, values);
  else parameter.host = values;
}

/** A copy of the values of a parameter that has some. */
export async function read({ shape, host, storage }: Parameter): Promise<Tensor> {
  return { shape, data: storage.data && storage.operators ? await storage.operators.read(storage.data) : (host as Float32Array).slice() };
}
