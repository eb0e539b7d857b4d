import type { DeviceBuffer } from '../../kernels/backend.js';
import { convGeometry, poolGeometry } from '../../kernels/geometry.js';
import type { Operators } from '../../kernels/operators.js';
import { sizeOf } from '../../tensor.js';
import type { Graph, Value } from '../graph.js';

/**
 * The logarithm of the softmax over the channels, x − max − log Σ e^(x − max), which is stable for large logits.
 * @param x `[N, C, ...spatial]`
 */
export function logSoftmax(x: Value): Value {
  const over = new OverChannels(x.graph, x.shape);
  return x.graph.record('logSoftmax', [x], x.shape, (out) => ({
    forward: (on) => {
      over.maximum(on, x.data);
      over.subtract(on, x.data, out.data);
      on.pointwise('exp', [out.data], [], over.full.data);
      over.sum(on, over.full.data);
      on.pointwise('log', [over.row.data], [], over.row.data);
      over.subtract(on, out.data, out.data);
    },
    // ∂L/∂x = g − softmax · Σ g
    backward: (on) => {
      x.storage.accumulate(on, (into) => {
        over.sum(on, out.gradient);
        over.spread(on);
        on.pointwise('exp', [out.data], [], into);
        on.pointwise('multiplyAdd', [into, over.full.data, out.gradient], [-1, 1], into);
      });
    },
  }));
}

/**
 * e^x / Σ e^x over the channels.
 * @param x `[N, C, ...spatial]`
 * @example
 * ```ts
 * import { Module, softmax, tensor, type Value } from 'convlab';
 *
 * class Odds extends Module {
 *   forward(x: Value) {
 *     return softmax(x);
 *   }
 * }
 * console.log((await new Odds().run(tensor([[0, 0]]))).data); // → Float32Array(2) [ 0.5, 0.5 ]
 * ```
 */
export function softmax(x: Value): Value {
  const over = new OverChannels(x.graph, x.shape);
  return x.graph.record('softmax', [x], x.shape, (out) => ({
    forward: (on) => {
      over.maximum(on, x.data);
      over.subtract(on, x.data, out.data);
      on.pointwise('exp', [out.data], [], out.data);
      over.sum(on, out.data);
      over.spread(on);
      on.pointwise('divide', [out.data, over.full.data], [], out.data);
    },
    // ∂L/∂x = y · (g − Σ g·y)
    backward: (on) => {
      x.storage.accumulate(on, (into) => {
        on.pointwise('multiply', [out.gradient, out.data], [], into);
        over.sum(on, into);
        over.spread(on);
        on.pointwise('multiplyAdd', [out.data, over.full.data, into], [-1, 1], into);
      });
    },
  }));
}

/**
 * Sums and maxima over the channels, with existing operators: a sum is a convolution with a kernel of ones, another
 * such convolution broadcasts it back over the channels, and a maximum is max pooling along the channel axis.
 */
class OverChannels {
  /** `[N, 1, S]`: the sum or maximum */
  readonly row: Value;
  /** `[N, C, S]`: the broadcast row */
  readonly full: Value;
  readonly #ones: Value;
  readonly #winners: Value;
  readonly #sum;
  readonly #spread;
  readonly #maximum;

  constructor(graph: Graph, [n, channels, ...spatial]: readonly number[]) {
    const cells = sizeOf(spatial);
    this.row = graph.temporary([n, 1, cells]);
    this.full = graph.temporary([n, channels, cells]);
    this.#winners = graph.temporary([n, 1, cells]);
    this.#ones = graph.constant([1, channels, 1], new Float32Array(channels).fill(1));
    this.#sum = convGeometry([n, channels, cells], [1, channels, 1]);
    this.#spread = convGeometry([n, 1, cells], [channels, 1, 1]);
    this.#maximum = poolGeometry([n, 1, channels, cells], { kernelSize: [channels, 1] }, 'softmax');
  }

  sum(on: Operators, x: DeviceBuffer): void {
    on.conv(this.#sum, x, this.#ones.data, null, this.row.data);
  }

  maximum(on: Operators, x: DeviceBuffer): void {
    on.maxPool(this.#maximum, x, this.row.data, this.#winners.data);
  }

  spread(on: Operators): void {
    on.conv(this.#spread, this.row.data, this.#ones.data, null, this.full.data);
  }

  /** out = x − row, for every channel */
  subtract(on: Operators, x: DeviceBuffer, out: DeviceBuffer): void {
    this.spread(on);
    on.pointwise('combine', [x, this.full.data], [1, -1], out);
  }
}
