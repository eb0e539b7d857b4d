import { OptionError } from '../../errors.js';
import { count as counted, option, type Rows, settle, text } from '../../options.js';
import { sizeOf, type Tensor } from '../../tensor.js';
import type { Batches } from '../batches.js';
import { retrieveFeatures } from '../features.js';
import type { Module } from '../module.js';

/** A sample with a large activation in a feature map. */
export interface TopActivation {
  /** the sample's index in the order of the batches */
  readonly index: number;
  /** the largest activation of the map */
  readonly value: number;
  /** its position in the map, in cells: one number per spatial axis */
  readonly at: readonly number[];
}

const TOP_OPTIONS = { layer: option(text, { required: true }), count: option(counted, { default: 8 }) } satisfies Rows;

/**
 * Finds, for every feature map of a layer, the samples with the largest activation, in descending order.
 * @param options.layer a name that {@link retrieveFeatures} returns
 * @param options.count samples per map. Default 8
 * @returns one list per map
 * @throws OptionError if there is no such layer
 * @example
 * ```ts
 * import { ConvNet, DataLoader, Subset, topActivations } from 'convlab';
 * import { mnist } from 'convlab/node';
 *
 * const digits = new DataLoader(new Subset(await mnist({ train: false }), [0, 1, 2, 3]), { batchSize: 4 });
 * const [first] = await topActivations(new ConvNet().initialize(1), digits, { layer: 'conv1', count: 2 });
 * console.log(first.length, first[0].value >= first[1].value); // → 2 true
 * ```
 */
export async function topActivations(model: Module, batches: Batches, options: { layer: string; count?: number }): Promise<TopActivation[][]> {
  const { layer, count } = settle('topActivations', options, TOP_OPTIONS);
  const resume = model.pauseTraining();
  const best: TopActivation[][] = [];
  let first = 0;
  try {
    for await (const { x } of batches) {
      const features = await retrieveFeatures(model, ...('shape' in x ? [x] : x));
      const maps = features.get(layer);
      if (!maps) throw new OptionError('topActivations', 'layer', `must be one of ${[...features.keys()].join(', ')}`, layer);
      const [batch, channels] = maps.shape;
      for (let c = 0; c < channels; c++) {
        best[c] ??= [];
        for (let n = 0; n < batch; n++) best[c].push({ index: first + n, ...peak(maps, n * channels + c) });
        best[c] = best[c].sort((a, b) => b.value - a.value).slice(0, count);
      }
      first += batch;
    }
    return best;
  } finally {
    resume();
  }
}

/** The largest value of the i-th map of `[N, C, ...spatial]`. */
function peak({ shape, data }: Tensor, i: number): { value: number; at: number[] } {
  const spatial = shape.slice(2);
  const cells = sizeOf(spatial);
  let winner = 0;
  for (let k = 1; k < cells; k++) if (data[i * cells + k] > data[i * cells + winner]) winner = k;
  const at = spatial.map((size, axis) => Math.floor(winner / sizeOf(spatial.slice(axis + 1))) % size);
  return { value: data[i * cells + winner], at };
}
