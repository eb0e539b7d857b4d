import type { ConvGeometry } from '../kernels/geometry.js';
import { textTable } from '../text-table.js';
import type { Value } from './graph.js';
import type { Module } from './module.js';

/** One line of a {@link Summary}: an operation of the model. */
export interface SummaryLine {
  /** Path of the layer that the operation belongs to; empty for functions called by the model itself. */
  readonly layer: string;
  readonly operation: string;
  readonly outputShape: readonly number[];
  /** Parameters that this operation is the first to use. */
  readonly parameters: number;
  /** For the batch of the given input shape. */
  readonly multiplyAdds: number;
  /** Input cells in the receptive field of an output cell, per spatial axis; null after a layer that mixes all cells. */
  readonly receptiveField: readonly number[] | null;
}

/** The result of {@link summary}. */
export interface Summary {
  readonly lines: readonly SummaryLine[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** The table as text. */
  toString(): string;
}

/** The receptive field of a cell, in cells of the model's input. */
interface View {
  readonly field: readonly number[];
  /** Input cells between neighboring cells. */
  readonly jump: readonly number[];
}

/**
 * The layers of a model with shapes, parameters, multiply-adds and receptive field. It computes and allocates nothing.
 * @param inputShapes one per input, with the batch axis: `[1, 1, 28, 28]`
 * @example
 * ```ts
 * import { ConvNet, summary } from 'convlab';
 *
 * const { parameters, multiplyAdds, lines } = summary(new ConvNet(), [1, 1, 28, 28]);
 * console.log(parameters, multiplyAdds, lines[0].layer, lines[0].receptiveField); // → 207258 441024 conv1 [ 5, 5 ]
 * ```
 */
export function summary(model: Module, ...inputShapes: (readonly number[])[]): Summary {
  const { graph, inputs } = model.trace(inputShapes);
  const trainable = new Map(model.parameters().map(({ storage }) => [storage, storage.length]));
  const views = new Map<Value['storage'], View | null>();
  for (const { shape, storage } of inputs) views.set(storage, { field: shape.slice(2).fill(1), jump: shape.slice(2).fill(1) });

  const lines = graph.steps.map(({ scope, operation, inputs: from, output, multiplyAdds = 0, attributes }): SummaryLine => {
    let parameters = 0;
    for (const { storage } of from) {
      parameters += trainable.get(storage) ?? 0;
      trainable.delete(storage);
    }
    const seen = views.get(from[0].storage) ?? null;
    const view = seen && look(seen, attributes?.geometry as ConvGeometry | undefined, output.shape.length - 2);
    views.set(output.storage, view);
    return { layer: scope, operation, outputShape: output.shape, parameters, multiplyAdds, receptiveField: view?.field ?? null };
  });
  const sum = (field: 'parameters' | 'multiplyAdds') => lines.reduce((total, line) => total + line[field], 0);
  const totals = { parameters: sum('parameters'), multiplyAdds: sum('multiplyAdds') };
  return { lines, ...totals, toString: () => summaryTable(lines, totals) };
}

/** The receptive field after one operation: a kernel of k cells at dilation d adds (k − 1)·d jumps. */
function look({ field, jump }: View, geometry: ConvGeometry | undefined, rank: number): View | null {
  if (rank !== field.length) return null;
  if (!geometry) return { field, jump };
  const axis = (i: number) => 3 - rank + i;
  return {
    field: field.map((cells, i) => cells + (geometry.kernel[axis(i)] - 1) * geometry.dilation[axis(i)] * jump[i]),
    jump: jump.map((cells, i) => cells * geometry.stride[axis(i)]),
  };
}

function summaryTable(lines: readonly SummaryLine[], totals: { parameters: number; multiplyAdds: number }): string {
  const count = (n: number) => n.toLocaleString('en-US');
  const rows = lines.map((line) => [
    line.layer || '–',
    line.operation,
    `[${line.outputShape.join(', ')}]`,
    line.parameters > 0 ? count(line.parameters) : '',
    line.multiplyAdds > 0 ? count(line.multiplyAdds) : '',
    line.receptiveField?.join('×') ?? 'all',
  ]);
  const head = ['layer', 'operation', 'output', 'parameters', 'multiply-adds', 'sees'];
  const total = ['', '', 'total', count(totals.parameters), count(totals.multiplyAdds), ''];
  return textTable([head, ...rows, total], (column) => column === 3 || column === 4);
}
