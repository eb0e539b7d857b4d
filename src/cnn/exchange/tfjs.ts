import type { Module } from '../module.js';
import { inputNames, traceForExport } from './export-trace.js';
import { type TfjsModel, tfjsModel } from './tfjs-file.js';
import { TfjsWriter } from './tfjs-writer.js';

/**
 * A model in evaluation mode in TensorFlow.js's format for `tf.loadGraphModel`. Inputs and outputs are channels first, as in
 * the model; inside, the graph uses TensorFlow.js's channels-last operators, and transposes their results back before flattening. The
 * batch axis is dynamic unless something in the model depends on its size.
 * @param inputShapes one per input, with the batch axis: `[1, 1, 28, 28]`
 * @throws UnsupportedError if the model contains a custom operation, or one that TensorFlow.js does not have
 * @example
 * ```ts
 * import { ConvNet, toTfjs } from 'convlab';
 *
 * const { modelJson, weights } = await toTfjs(new ConvNet(), [1, 1, 28, 28]); // saveTfjs writes them
 * console.log(modelJson.format, weights.length); // → graph-model 829108
 * ```
 */
export async function toTfjs(model: Module, ...inputShapes: (readonly number[])[]): Promise<TfjsModel> {
  const trace = await traceForExport('toTfjs', model, inputShapes);
  const names = inputNames(trace);
  const writer = new TfjsWriter(trace);
  for (const step of trace.steps) writer.step(step);
  writer.graph.add('output', 'Identity', [writer.first(trace.output)]);
  const used = new Set(writer.graph.nodes.flatMap(({ input }) => input));
  return tfjsModel(
    writer.graph.nodes,
    writer.graph.weights.filter(({ name }) => used.has(name)),
    trace.inputs.map((value, i) => ({ name: names[i], shape: trace.open(value) })),
    [{ name: 'output', shape: trace.open(trace.output) }],
  );
}
