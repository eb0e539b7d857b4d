import type { Tensor } from '../tensor.js';
import type { Module } from './module.js';

/**
 * The lecture's retrieve_features: what every layer of a model computes for an input. Keys are the layers' paths; a
 * function that the model calls itself is named by its operation. A name that occurs again gets #2, #3, …
 */
export async function retrieveFeatures(model: Module, ...inputs: Tensor[]): Promise<Map<string, Tensor>> {
  const { value } = await model.run(...inputs);
  const features = new Map<string, Tensor>();
  for (const { scope, operation, output } of value.graph.steps) {
    const name = scope || operation;
    let unique = name;
    for (let i = 2; features.has(unique); i++) unique = `${name}#${i}`;
    features.set(unique, { shape: output.shape, data: await value.graph.backend.read(output.data) });
  }
  return features;
}
