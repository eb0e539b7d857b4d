import type { Tensor } from '../tensor.js';
import type { Graph, Value } from './graph.js';
import type { Module } from './module.js';

/**
 * Returns the output of every layer of a model for an input. Keys are the paths of the layers; functions called in `forward` are named by
 * their operation. Repeated names get #2, #3, …
 * @example
 * ```ts
 * import { ConvNet, full, retrieveFeatures } from 'convlab';
 *
 * const features = await retrieveFeatures(new ConvNet().eval(), full([1, 1, 28, 28]));
 * console.log(features.get('conv1')?.shape); // → [ 1, 4, 28, 28 ]
 * ```
 */
export async function retrieveFeatures(model: Module, ...inputs: Tensor[]): Promise<Map<string, Tensor>> {
  const { value } = await model.run(...inputs);
  const features = new Map<string, Tensor>();
  for (const [name, { shape, data }] of namedOutputs(value.graph)) features.set(name, { shape, data: await value.graph.operators.read(data) });
  return features;
}

/** The output of every step of a graph, with the names of {@link retrieveFeatures}. */
export function namedOutputs(graph: Graph): Map<string, Value> {
  const outputs = new Map<string, Value>();
  for (const { scope, operation, output } of graph.steps) {
    const name = scope || operation;
    let unique = name;
    for (let i = 2; outputs.has(unique); i++) unique = `${name}#${i}`;
    outputs.set(unique, output);
  }
  return outputs;
}
