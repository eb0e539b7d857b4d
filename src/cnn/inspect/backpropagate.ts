import { OptionError } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import { checkTensor } from '../../tensor.js';
import { namedOutputs } from '../features.js';
import type { Value } from '../graph.js';
import type { Module } from '../module.js';

/** Values of the forward pass and gradients of L. */
export interface Propagated {
  /** the values of the layer where L is measured */
  readonly output: Tensor;
  /** ∂L/∂input, in the input's shape */
  readonly inputGradient: Tensor;
  /** values and gradient of the layer `between` */
  readonly between?: { readonly values: Tensor; readonly gradient: Tensor };
}

/**
 * Runs a model forward in evaluation mode, then backward from a layer to the model's input. Afterwards restores the
 * model's mode and zeroes the gradients of its parameters.
 * @param layer where L is measured, a name that `retrieveFeatures` returns; undefined: the model's output
 * @param seed ∂L/∂layer, from the layer's values
 * @param between a layer whose values and gradient are returned as well
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
  const on = await model.operators();
  const resume = model.pauseTraining();
  try {
    const { graph, inputs, output } = model.compile([x.shape], { inputGradients: true });
    const outputs = namedOutputs(graph);
    const from = layer === undefined ? output : outputNamed(operation, 'layer', outputs, layer);
    const middle = between === undefined ? undefined : outputNamed(operation, 'layer', outputs, between);
    on.write(inputs[0].data, x.data);
    graph.forward();
    const read = async ({ shape, data }: Value): Promise<Tensor> => ({ shape, data: await on.read(data) });
    const top = await read(from);
    // clears gradients, because cells that no gradient reaches keep their previous values
    for (const value of [inputs[0], ...(middle ? [middle] : [])]) on.write(value.gradient, new Float32Array(value.storage.length));
    from.storage.accumulate(on, (into) => on.write(into, seed(top)));
    graph.backward();
    const gradientOf = async ({ shape, gradient }: Value): Promise<Tensor> => ({ shape, data: await on.read(gradient) });
    return {
      output: top,
      inputGradient: await gradientOf(inputs[0]),
      ...(middle && { between: { values: await read(middle), gradient: await gradientOf(middle) } }),
    };
  } finally {
    model.zeroGrad();
    resume();
  }
}

/** @throws OptionError listing the known layers */
function outputNamed(operation: string, option: string, outputs: ReadonlyMap<string, Value>, name: string): Value {
  const value = outputs.get(name);
  if (!value) throw new OptionError(operation, option, `must be one of ${[...outputs.keys()].join(', ')}`, name);
  return value;
}
