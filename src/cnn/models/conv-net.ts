import { check, probability } from '../../options.js';
import { relu } from '../functional/activations.js';
import { dropout } from '../functional/dropout.js';
import { view } from '../functional/shape.js';
import { logSoftmax } from '../functional/softmax.js';
import type { Value } from '../graph.js';
import { Conv2d, Linear } from '../layers/conv-layers.js';
import { MaxPool2d } from '../layers/pool-layers.js';
import { Module } from '../module.js';

/**
 * The network used in convlab's course on convolutional networks (`docs/lecture.md`), for 28×28 digits. It has 207,258
 * parameters and maps `[N, 1, 28, 28]` to log-probabilities `[N, 10]`. Its loss is {@link NLLLoss}.
 * @example
 * ```ts
 * import { ConvNet, full, summary } from 'convlab';
 *
 * const net = new ConvNet();
 * console.log(summary(net, [1, 1, 28, 28]).parameters, (await net.run(full([2, 1, 28, 28]))).shape); // → 207258 [ 2, 10 ]
 * ```
 */
export class ConvNet extends Module {
  conv1 = new Conv2d(1, 4, 5, { padding: 2 });
  pool = new MaxPool2d(2);
  conv2 = new Conv2d(4, 8, 5, { padding: 2 });
  fc1 = new Linear(7 * 7 * 8, 512);
  fc2 = new Linear(512, 10);

  /** @param dropoutRate dropout probability between the two linear layers. Default 0.5, as in PyTorch. */
  constructor(readonly dropoutRate = 0.5) {
    super();
    check('ConvNet', 'dropoutRate', dropoutRate, probability);
  }

  forward(image: Value): Value {
    let x = relu(this.conv1.apply(image));
    x = this.pool.apply(x);
    x = relu(this.conv2.apply(x));
    x = this.pool.apply(x);
    x = view(x, [-1, 7 * 7 * 8]);
    x = relu(this.fc1.apply(x));
    x = dropout(x, this.dropoutRate);
    x = this.fc2.apply(x);
    return logSoftmax(x);
  }
}
