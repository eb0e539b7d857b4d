import type { DeviceBuffer } from '../../kernels/backend.js';
import { type ConvGeometry, convGeometry } from '../../kernels/geometry.js';
import type { Operators } from '../../kernels/operators.js';
import { sizeOf } from '../../tensor.js';
import type { Graph, Value } from '../graph.js';

/**
 * y = (x − mean) / √(variance + eps) of each channel of `[N, C, ...]`, over N and space. Means are channel sums,
 * computed by the operator for bias gradients; scaling a channel is a convolution with a 1 × 1 kernel.
 */
export class Standardization {
  /** Values in a channel. */
  readonly count: number;
  /** `[C]`, after {@link forward} */
  readonly mean: Value;
  /** `[C]`, biased, after {@link forward} */
  readonly variance: Value;
  readonly #geometry: ConvGeometry;
  readonly #scratch: Readonly<Record<'inverse' | 'shift' | 'centered' | 'square' | 'ones', Value>>;

  constructor(
    graph: Graph,
    shape: readonly number[],
    readonly eps: number,
  ) {
    const [batch, channels, ...spatial] = shape;
    const vector = () => graph.temporary([channels]);
    this.count = batch * sizeOf(spatial);
    [this.mean, this.variance] = [vector(), vector()];
    const ones = graph.constant([channels], new Float32Array(channels).fill(1));
    this.#scratch = { inverse: vector(), shift: vector(), centered: graph.temporary(shape), square: graph.temporary(shape), ones };
    this.#geometry = convGeometry(shape, [channels, 1, ...spatial.map(() => 1)], { groups: channels }, 'standardize');
  }

  forward(on: Operators, x: DeviceBuffer, y: DeviceBuffer): void {
    const { inverse, shift, centered, square, ones } = this.#scratch;
    this.#average(on, x, this.mean.data, 1);
    // the variance from x − mean, not from E[x²] − mean², which cancels
    on.pointwise('affine', [this.mean.data], [-1, 0], shift.data);
    on.conv(this.#geometry, x, ones.data, shift.data, centered.data);
    on.pointwise('multiply', [centered.data, centered.data], [], square.data);
    this.#average(on, square.data, this.variance.data, 1);
    on.pointwise('inverseSquareRoot', [this.variance.data], [this.eps], inverse.data);
    on.conv(this.#geometry, centered.data, inverse.data, null, y);
  }

  /** ∂L/∂x = (g − mean(g) − y · mean(g · y)) / √(variance + eps). It overwrites the variance. */
  backward(on: Operators, g: DeviceBuffer, y: DeviceBuffer, into: DeviceBuffer): void {
    const { inverse, shift, square } = this.#scratch;
    on.pointwise('multiply', [g, y], [], square.data);
    this.#average(on, square.data, this.variance.data, -1);
    this.#average(on, g, shift.data, -1);
    on.conv(this.#geometry, y, this.variance.data, shift.data, square.data);
    on.pointwise('combine', [g, square.data], [1, 1], square.data);
    on.conv(this.#geometry, square.data, inverse.data, null, into);
  }

  #average(on: Operators, from: DeviceBuffer, to: DeviceBuffer, sign: 1 | -1): void {
    on.convBiasGradient(this.#geometry, from, to);
    on.pointwise('affine', [to], [sign / this.count, 0], to);
  }
}
