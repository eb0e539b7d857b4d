import { convGeometry } from '../../src/index.js';
import type { LayerSpec, LayerWork, Limit, Row } from '../row.js';
import { draw } from './draw.js';

interface Subject {
  readonly name: string;
  readonly quick?: boolean;
  readonly x: readonly number[];
  readonly layer: LayerSpec;
}

const conv = (kernel: readonly number[], padding = 0, stride = 1): LayerSpec => ({ type: 'conv', kernel, padding, stride });

/** The layers of the lecture's net at batch 64, and a few larger ones. */
const SUBJECTS: readonly Subject[] = [
  { name: 'conv1', x: [64, 1, 28, 28], layer: conv([4, 1, 5, 5], 2) },
  { name: 'pool1', x: [64, 4, 28, 28], layer: { type: 'maxPool' } },
  { name: 'ReLU', x: [64, 4, 28, 28], layer: { type: 'relu' } },
  { name: 'conv2', quick: true, x: [64, 4, 14, 14], layer: conv([8, 4, 5, 5], 2) },
  { name: 'pool2', x: [64, 8, 14, 14], layer: { type: 'maxPool' } },
  { name: 'fc1', x: [64, 392], layer: { type: 'linear', inputs: 392, outputs: 512 } },
  { name: 'fc2', x: [64, 512], layer: { type: 'linear', inputs: 512, outputs: 10 } },
  { name: 'log-softmax', x: [64, 10], layer: { type: 'logSoftmax' } },
  { name: 'conv 3×3', x: [8, 64, 56, 56], layer: conv([64, 64, 3, 3], 1) },
  { name: 'conv 7×7, stride 2', x: [1, 3, 224, 224], layer: conv([64, 3, 7, 7], 3, 2) },
  { name: 'conv 3D', x: [1, 4, 16, 64, 64], layer: conv([8, 4, 3, 3, 3], 1) },
  { name: 'matrix product', quick: true, x: [512, 512], layer: { type: 'linear', inputs: 512, outputs: 512 } },
];

export const LAYERS: readonly Row[] = SUBJECTS.flatMap((subject) =>
  (['forward', 'backward'] as const).map(
    (direction): Row => ({
      group: 'layers',
      table: `layers, ${direction}`,
      name: `${subject.name} [${subject.x}]${shapeOf(subject.layer)}`,
      quick: subject.quick && direction === 'forward',
      limit: limitOf(subject, direction),
      work: () => workOf(subject, direction),
    }),
  ),
);

function workOf({ x, layer }: Subject, direction: LayerWork['direction']): LayerWork {
  const weight = layer.type === 'conv' ? draw(layer.kernel, 2) : layer.type === 'linear' ? draw([layer.outputs, layer.inputs], 2) : undefined;
  const bias = weight && draw([weight.shape[0]], 3);
  return { kind: 'layer', direction, layer, x: draw(x), weight, bias, gradient: draw(outShape(x, layer), 4) };
}

function outShape(x: readonly number[], layer: LayerSpec): readonly number[] {
  switch (layer.type) {
    case 'conv':
      return convGeometry(x, layer.kernel, { stride: layer.stride, padding: layer.padding }).outShape;
    case 'linear':
      return [x[0], layer.outputs];
    case 'maxPool':
      return [x[0], x[1], x[2] / 2, x[3] / 2];
    default:
      return x;
  }
}

/** Backward is two convolutions of the same size: to the input, and to the weight. */
function limitOf({ x, layer }: Subject, direction: LayerWork['direction']): Limit {
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const out = size(outShape(x, layer));
  const bytes = 2 * (size(x) + out); // half of the floats are read, and half written
  const taps = layer.type === 'conv' ? size(layer.kernel.slice(1)) : layer.type === 'linear' ? layer.inputs : 0;
  return { multiplyAdds: (direction === 'forward' ? 1 : 2) * out * taps, bytes };
}

function shapeOf(layer: LayerSpec): string {
  if (layer.type === 'conv') return `·[${layer.kernel}]`;
  return layer.type === 'linear' ? `·[${layer.outputs},${layer.inputs}]` : '';
}
