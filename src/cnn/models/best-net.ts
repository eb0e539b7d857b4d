import { ReLU } from '../layers/activation-layers.js';
import { BatchNorm2d } from '../layers/batch-norm.js';
import { Sequential } from '../layers/compose.js';
import { Conv2d, Linear } from '../layers/conv-layers.js';
import { AdaptiveAvgPool, MaxPool2d } from '../layers/pool-layers.js';

/**
 * A small accurate network for 28×28 digits: one 5×5 and four 3×3 convolutions with batch normalization, and the mean of
 * each feature map. `[N, 1, 28, 28]` → logits `[N, 10]`; its loss is `CrossEntropyLoss`. 84,442 parameters.
 * @example
 * ```ts
 * import { bestNet, summary } from 'convlab';
 *
 * console.log(summary(bestNet(), [1, 1, 28, 28]).parameters); // → 84442
 * ```
 */
export function bestNet(): Sequential {
  const block = (inChannels: number, outChannels: number, kernelSize: number, padding: number) => [
    new Conv2d(inChannels, outChannels, kernelSize, { padding, bias: false }),
    new BatchNorm2d(outChannels),
    new ReLU(),
  ];
  return new Sequential([
    ...[...block(1, 16, 5, 2), new MaxPool2d(2)],
    ...[...block(16, 32, 3, 1), ...block(32, 48, 3, 1), new MaxPool2d(2)],
    ...[...block(48, 64, 3, 1), ...block(64, 64, 3, 0)],
    ...[new AdaptiveAvgPool(1), new Linear(64, 10)],
  ]);
}
