import type { Graph, GraphStep, Module, Storage } from 'convlab';

/** The numbers of one spatial axis pair, `[H, W]`. */
type Pair = readonly [number, number];

/** A step of a network, as the page shows it. */
export interface Layer {
  /** the name in the library's retrieveFeatures */
  readonly name: string;
  readonly kind: 'conv' | 'linear' | 'maxPool' | 'relu' | 'logSoftmax' | 'other';
  /** the name of its input layer; empty: the input of the network */
  readonly from: string;
  /** `[C, H, W]`, or `[C, 1, 1]` for what has no spatial axes */
  readonly shape: readonly [number, number, number];
  readonly inShape: readonly [number, number, number];
  /** names of its parameters */
  readonly weight?: string;
  readonly bias?: string;
  /** the window, if there is one */
  readonly kernel?: Pair;
  readonly stride?: Pair;
  readonly before?: Pair;
}

const KINDS: Readonly<Record<string, Layer['kind']>> = { maxPool: 'maxPool', relu: 'relu', logSoftmax: 'logSoftmax' };

/** The steps of a model that takes one digit, in the order in which they are computed. */
export function layersOf(model: Module): Layer[] {
  const { graph } = model.trace([[1, 1, 28, 28]]);
  const parameters = new Map([...model.namedParameters()].map(([name, { storage }]) => [storage, name]));
  // a view, such as flatten, shares its numbers with its input
  const made = new Map<Storage, string>();
  return stepsByName(graph).map(([name, step]): Layer => {
    const [x, weight, bias] = step.inputs;
    const geometry = step.attributes?.geometry as { rank: number; kernel: readonly number[]; stride: readonly number[]; before: readonly number[] } | undefined;
    const pair = (values: readonly number[]): Pair => [values[1], values[2]];
    const layer: Layer = {
      name,
      // minifying the page renames the classes of layers, but not their operations
      kind: step.attributes?.computes === 'conv' ? (geometry?.rank === 1 ? 'linear' : 'conv') : (KINDS[step.operation] ?? 'other'),
      from: made.get(x.storage) ?? '',
      shape: threeOf(step.output.shape),
      inShape: threeOf(x.shape),
      ...(weight && { weight: parameters.get(weight.storage) }),
      ...(bias && { bias: parameters.get(bias.storage) }),
      ...(geometry && { kernel: pair(geometry.kernel), stride: pair(geometry.stride), before: pair(geometry.before) }),
    };
    made.set(step.output.storage, name);
    return layer;
  });
}

function stepsByName(graph: Graph): [string, GraphStep][] {
  const seen = new Map<string, number>();
  return graph.steps.map((step) => {
    const name = step.scope || step.operation;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count > 1 ? `${name}#${count}` : name, step];
  });
}

function threeOf([, c, h = 1, w = 1]: readonly number[]): readonly [number, number, number] {
  return [c, h, w];
}
