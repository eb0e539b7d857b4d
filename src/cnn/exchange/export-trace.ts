import { ShapeError, show, UnsupportedError } from '../../errors.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import type { TracedModel } from '../compiled-graphs.js';
import type { GraphStep, Storage, Value } from '../graph.js';
import type { Module } from '../module.js';

/** A shape in which −1 is the batch dimension. */
export type OpenShape = readonly number[];

/** Values that are known before the model runs. */
interface KnownNumbers {
  readonly name: string;
  readonly data: Float32Array;
}

/** A model's computation in evaluation mode, as input to the exporters. */
export interface ExportTrace {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly steps: readonly GraphStep[];
  /** Parameters, by PyTorch's names, and constants. */
  readonly numbers: ReadonlyMap<Storage, KnownNumbers>;
  /** The shape of a value for any batch size; only for the traced one if the model depends on it. */
  open(value: Value): OpenShape;
  /** Number of uses of a value. */
  uses(value: Value): number;
}

/**
 * Records a model in evaluation mode for two batch sizes; dimensions that differ grow with the batch.
 * @param inputShapes one per input, with the batch axis
 */
export async function traceForExport(operation: string, model: Module, inputShapes: readonly (readonly number[])[]): Promise<ExportTrace> {
  if (inputShapes.length === 0) throw new ShapeError(operation, 'the shape of the input is required, received none');
  const resume = model.pauseTraining();
  const grown = inputShapes.map(([batch, ...rest]) => [batch + 1, ...rest]);
  let [first, second]: [TracedModel | undefined, TracedModel | undefined] = [undefined, undefined];
  try {
    first = model.trace(inputShapes);
    second = model.trace(grown);
  } catch (error) {
    // e.g. a reshape to a fixed batch: then the export is for this batch size only
    if (!first) throw error;
  } finally {
    resume();
  }

  const open = openShapes(first, second) ?? (openShapes(first, first) as Map<Value, OpenShape>);
  const uses = new Map<Storage, number>();
  for (const { storage } of [...first.graph.steps.flatMap(({ inputs }) => inputs), first.output]) uses.set(storage, (uses.get(storage) ?? 0) + 1);
  return {
    inputs: first.inputs,
    output: first.output,
    steps: first.graph.steps,
    numbers: await knownNumbers(model, first, open),
    open: (value) => open.get(value) as OpenShape,
    uses: ({ storage }) => uses.get(storage) ?? 0,
  };
}

/** The lowest finite float32: padding that is never the maximum. */
export const LOWEST = -3.4028234663852886e38;

/** Names of the inputs. */
export function inputNames({ inputs }: ExportTrace): string[] {
  return inputs.map((_, i) => (inputs.length === 1 ? 'input' : `input_${i}`));
}

/** The geometry in a step's attributes. */
export function geometryOf(step: GraphStep): ConvGeometry {
  return step.attributes?.geometry as ConvGeometry;
}

/** The kind of a step, independent of its layer's name. @throws UnsupportedError if it is none of `known` */
export function kindOf<T extends string>(operation: string, step: GraphStep, known: readonly T[]): T {
  const kinds = [step.operation, step.attributes?.computes];
  const kind = known.find((each) => kinds.includes(each));
  if (kind) return kind;
  const where = step.scope ? ` of ${step.scope}` : '';
  throw new UnsupportedError(operation, `the operation ${show(step.operation)}${where} cannot be exported; the supported operations are ${known.join(', ')}`, {
    step,
  });
}

/** Padding before and after, limited to what windows reach. */
export function reachedPadding({ rank, input, kernel, output, stride, dilation, before, after }: ConvGeometry): { before: number[]; after: number[] } {
  const reached = output.map((o, axis) => Math.max(0, (o - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1 - input[axis] - before[axis]));
  return { before: before.slice(3 - rank), after: after.map((cells, axis) => Math.min(cells, reached[axis])).slice(3 - rank) };
}

function openShapes(first: TracedModel, second: TracedModel | undefined): Map<Value, OpenShape> | undefined {
  const all = ({ graph, inputs, output }: TracedModel) => [...inputs, ...graph.steps.flatMap((step) => [...step.inputs, step.output]), output];
  const [values, grown] = [all(first), second ? all(second) : []];
  const open = new Map(values.map((value, i): [Value, OpenShape] => [value, value.shape.map((size, axis) => (grown[i]?.shape[axis] === size ? size : -1))]));
  const known = new Set(first.graph.constants.map(({ storage }) => storage));
  const sound = [...open].every(([{ storage }, shape]) => {
    const axes = shape.flatMap((size, axis) => (size === -1 ? [axis] : []));
    return axes.length === 0 || (axes.length === 1 && (!known.has(storage) || axes[0] === 0));
  });
  return grown.length === values.length && sound ? open : undefined;
}

/** A constant that grows with the batch (e.g. a count per cell) repeats per sample: one sample is kept. */
async function knownNumbers(model: Module, { graph }: TracedModel, open: ReadonlyMap<Value, OpenShape>): Promise<Map<Storage, KnownNumbers>> {
  const state = await model.stateDict();
  const numbers = new Map<Storage, KnownNumbers>();
  for (const [name, { storage }] of model.namedParameters()) numbers.set(storage, { name, data: state.get(name)?.data as Float32Array });
  const samples = new Map([...open].filter(([, [batch]]) => batch === -1).map(([{ storage, shape }]) => [storage, shape[0]]));
  for (const [i, { storage, values }] of graph.constants.entries()) {
    numbers.set(storage, { name: `constant/${i}`, data: values.slice(0, values.length / (samples.get(storage) ?? 1)) });
  }
  return numbers;
}
