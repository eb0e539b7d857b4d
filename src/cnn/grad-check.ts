import type { DeviceBuffer } from '../kernels/backend.js';
import { createBackend } from '../kernels/backends/create.js';
import { anyWhole, count, type OptionsOf, option, positive, type Rows, settle } from '../options.js';
import { Random } from '../random.js';
import { sizeOf } from '../tensor.js';
import type { Storage } from './graph.js';
import type { Module } from './module.js';

/** One number whose gradient was checked. */
export interface GradCheckEntry {
  /** Name of the parameter, or `input 0`. */
  readonly name: string;
  readonly index: number;
  /** The gradient from the backward pass. */
  readonly analytic: number;
  /** (L(+ε) − L(−ε)) / 2ε */
  readonly numeric: number;
  /** |analytic − numeric| / max(1, |analytic|, |numeric|) */
  readonly error: number;
}

/** Rules and defaults of {@link GradCheckOptions}. */
export const GRAD_CHECK_OPTIONS = {
  /** Number of values to check per parameter and input, evenly spaced. Default 20. */
  samples: option(count, { default: 20 }),
  /** Step size ε of the differences. Default 1e-5. */
  epsilon: option(positive, { default: 1e-5 }),
  /** Seed of the inputs and of the weights in L. Default 0. */
  seed: option(anyWhole, { default: 0 }),
} satisfies Rows;

/** Options of {@link gradCheck}. */
export interface GradCheckOptions extends OptionsOf<typeof GRAD_CHECK_OPTIONS> {}

/**
 * Compares a model's gradients with central differences, both in float64 on the reference backend, for
 * L = Σ random weights · output and normally distributed inputs. The model is left on that backend.
 * @param inputShapes one for each input, with the batch axis
 * @returns all checked numbers, sorted by error, largest first
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { gradCheck, Linear } from 'convlab';
 *
 * const [worst] = await gradCheck(new Linear(3, 2), [[4, 3]]); // inputs of 4 samples of 3 features
 * console.log(worst.error < 1e-3); // → true
 * ```
 */
export async function gradCheck(model: Module, inputShapes: readonly (readonly number[])[], options: GradCheckOptions = {}): Promise<GradCheckEntry[]> {
  const { samples, epsilon, seed } = settle('gradCheck', options, GRAD_CHECK_OPTIONS);
  const backend = await createBackend('reference');
  await model.to(backend);
  const random = new Random(seed);
  const { graph, inputs, output } = model.compile(inputShapes, { inputGradients: true });
  const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
  for (const { data, shape } of inputs) backend.write(data, normals(sizeOf(shape)));
  const weights = normals(sizeOf(output.shape));

  // the masks of dropout must be the same in every run
  const state = model.random.state;
  const forward = () => {
    model.random.restore(state);
    graph.forward();
    const values = backend.peek(output.data);
    return weights.reduce((sum, weight, i) => sum + weight * values[i], 0);
  };

  forward();
  model.zeroGrad();
  output.storage.accumulate(graph.operators, (into) => backend.write(into, weights));
  graph.backward();

  const places: [string, Storage][] = [...model.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad).map(([name, { storage }]) => [name, storage]);
  for (const [i, { storage }] of inputs.entries()) places.push([`input ${i}`, storage]);
  const gradients = places.map(([, storage]) => backend.peek(storage.gradient as DeviceBuffer).slice());
  const entries = places.flatMap(([name, storage], place) => {
    const values = backend.peek(storage.data as DeviceBuffer);
    const stride = Math.max(1, Math.floor(values.length / samples));
    return Array.from({ length: Math.ceil(values.length / stride) }, (_, sample): GradCheckEntry => {
      const index = sample * stride;
      const kept = values[index];
      values[index] = kept + epsilon;
      const above = forward();
      values[index] = kept - epsilon;
      const below = forward();
      values[index] = kept;
      const [analytic, numeric] = [gradients[place][index], (above - below) / (2 * epsilon)];
      return { name, index, analytic, numeric, error: Math.abs(analytic - numeric) / Math.max(1, Math.abs(analytic), Math.abs(numeric)) };
    });
  });
  return entries.sort((a, b) => b.error - a.error);
}
