import { OptionError } from '../../errors.js';
import { checkTensor } from '../../kernels/conv.js';
import type { Tensor } from '../../tensor.js';
import { namedOutputs } from '../features.js';
import type { Value } from '../graph.js';
import type { Module } from '../module.js';

/** Numbers on their way forward, and what L changes with them. */
export interface Propagated {
  /** L's layer, forward */
  readonly output: Tensor;
  /** ∂L/∂input, in the input's shape */
  readonly inputGradient: Tensor;
  /** values and gradients of the layer that was asked for as well */
  readonly between?: { readonly values: Tensor; readonly gradient: Tensor };
}

/**
 * Runs a model forward in evaluation mode and back from a layer to its input. The model's mode is as it was afterwards,
 * and the gradients of its parameters are zero: they are no use to training.
 * @param layer where L is measured, by the names of `retrieveFeatures`; undefined: the model's output
 * @param seed ∂L/∂layer, from the layer's values
 * @param between a layer whose values and gradient are to be returned as well
 */
export async function backpropagate(
  operation: string,
  model: Module,
  x: Tensor,
  layer: string | undefined,
  seed: (output: Tensor) => Float32Array,
  between?: string,
): Promise<Propagated> {
  checkTensor(operation, 'x', x);
  const backend = await model.backend();
  const wasTraining = model.training;
  model.eval();
  try {
    const { graph, inputs, output } = model.compile([x.shape], { inputGradients: true });
    const outputs = namedOutputs(graph);
    const from = layer === undefined ? output : outputNamed(operation, 'layer', outputs, layer);
    const middle = between === undefined ? undefined : outputNamed(operation, 'layer', outputs, between);
    backend.write(inputs[0].data, x.data);
    graph.forward();
    const read = async ({ shape, data }: Value): Promise<Tensor> => ({ shape, data: await backend.read(data) });
    const top = await read(from);
    // places that no gradient reaches keep what was there before
    for (const value of [inputs[0], ...(middle ? [middle] : [])]) backend.write(value.gradient, new Float32Array(value.storage.length));
    from.storage.accumulate(backend, (into) => backend.write(into, seed(top)));
    graph.backward();
    const gradientOf = async ({ shape, gradient }: Value): Promise<Tensor> => ({ shape, data: await backend.read(gradient) });
    return {
      output: top,
      inputGradient: await gradientOf(inputs[0]),
      ...(middle && { between: { values: await read(middle), gradient: await gradientOf(middle) } }),
    };
  } finally {
    model.zeroGrad();
    if (wasTraining) model.train();
  }
}

/** @throws OptionError naming the layers that there are */
function outputNamed(operation: string, option: string, outputs: ReadonlyMap<string, Value>, name: string): Value {
  const value = outputs.get(name);
  if (!value) throw new OptionError(operation, option, `must be one of ${[...outputs.keys()].join(', ')}`, name);
  return value;
}
