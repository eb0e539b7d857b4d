import { type Backend, Conv2d, Conv3d, type DeviceBuffer, Linear, LogSoftmax, MaxPool2d, type Module, ReLU } from '../../src/index.js';
import type { Contestant, LayerSpec, LayerWork } from '../row.js';

/** One layer, compiled. */
export async function convlabLayer(work: LayerWork, backend: Backend): Promise<Contestant> {
  const { direction, x, gradient } = work;
  const module = layerModule(work);
  await module.to(backend);
  const { graph, inputs, output } = module.compile([x.shape], { inputGradients: true });
  backend.write(inputs[0].data, x.data);
  graph.forward();
  backend.write(output.gradient, gradient.data);
  const backward = () => {
    module.zeroGrad();
    output.storage.accumulate(graph.operators, () => {}); // it was written above, and stays
    graph.backward();
  };
  const gradients = [inputs[0].gradient, ...module.parameters().flatMap(({ shape, storage }) => (shape.length > 1 ? [storage.gradient as DeviceBuffer] : []))];
  return {
    run: direction === 'forward' ? () => graph.forward() : backward,
    result: async () => {
      const parts = await Promise.all((direction === 'forward' ? [output.data] : gradients).map((buffer) => backend.read(buffer)));
      return Float32Array.from(parts.flatMap((part) => Array.from(part)));
    },
    dispose: () => module.dispose(),
  };
}

/** The layer with its weights, on no backend yet. */
export function layerModule({ layer, weight, bias }: LayerWork): Module {
  const module = moduleOf(layer);
  if (weight && bias) module.loadStateDict(new Map(Object.entries({ weight, bias })));
  return module;
}

function moduleOf(layer: LayerSpec): Module {
  switch (layer.type) {
    case 'conv': {
      const [outChannels, inChannels, ...kernel] = layer.kernel;
      const Conv = kernel.length === 3 ? Conv3d : Conv2d;
      return new Conv(inChannels, outChannels, kernel, { stride: layer.stride, padding: layer.padding });
    }
    case 'linear':
      return new Linear(layer.inputs, layer.outputs);
    case 'maxPool':
      return new MaxPool2d(2);
    case 'relu':
      return new ReLU();
    case 'logSoftmax':
      return new LogSoftmax();
  }
}
