import { above, count, type OptionsOf, option, type Rows, settle, whole } from '../../options.js';
import { ReLU } from '../layers/activation-layers.js';
import { BatchNorm2d } from '../layers/batch-norm.js';
import { Sequential } from '../layers/compose.js';
import { Conv2d, Linear } from '../layers/conv-layers.js';
import { AdaptiveAvgPool, MaxPool2d } from '../layers/pool-layers.js';

/** Rules and defaults of {@link BestNetOptions}. */
export const BEST_NET_OPTIONS = {
  /** Channels of the images. Default 1. */
  channels: option(count, { default: 1 }),
  /** Number of classes. Default 10. */
  classes: option(whole(2), { default: 10 }),
  /** Multiplies the number of feature maps; the result is rounded to a multiple of 4. Default 1: 16 to 64 feature maps. */
  width: option(above(0), { default: 1 }),
} satisfies Rows;

/** Options of {@link bestNet}. */
export interface BestNetOptions extends OptionsOf<typeof BEST_NET_OPTIONS> {}

/**
 * A small accurate network, designed for 28×28 digits: one 5×5 and four 3×3 convolutions with batch normalization, and
 * global average pooling. `[N, channels, H, W]`, at least 12×12 → logits `[N, classes]`; its loss is
 * `CrossEntropyLoss`. 84,442 parameters.
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { bestNet, summary } from 'convlab';
 *
 * console.log(summary(bestNet(), [1, 1, 28, 28]).parameters); // → 84442
 * ```
 */
export function bestNet(options: BestNetOptions = {}): Sequential {
  const { channels, classes, width } = settle('bestNet', options, BEST_NET_OPTIONS);
  const block = (inChannels: number, outChannels: number, kernelSize: number, padding: number) => [
    new Conv2d(inChannels, outChannels, kernelSize, { padding, bias: false }),
    new BatchNorm2d(outChannels),
    new ReLU(),
  ];
  const [a, b, c, d] = [16, 32, 48, 64].map((maps) => 4 * Math.max(1, Math.round((maps * width) / 4)));
  return new Sequential([
    ...[...block(channels, a, 5, 2), new MaxPool2d(2)],
    ...[...block(a, b, 3, 1), ...block(b, c, 3, 1), new MaxPool2d(2)],
    ...[...block(c, d, 3, 1), ...block(d, d, 3, 0)],
    ...[new AdaptiveAvgPool(1), new Linear(d, classes)],
  ]);
}
