import type { DeviceBuffer } from '../kernels/backend.js';
import { convGeometry, poolGeometry } from '../kernels/geometry.js';
import type { Operators } from '../kernels/operators.js';
import { sizeOf } from '../tensor.js';
import type { Value } from './graph.js';

/**
 * Sums of the loss and of right answers, kept on the backend so that a training step reads nothing back.
 * The class that wins is what max pooling along the channel axis reports as its winner.
 */
export class RunningMetrics {
  readonly #sums: { loss: DeviceBuffer; correct: DeviceBuffer };
  readonly #counters = new Map<string, ReturnType<RunningMetrics['counter']>>();
  #samples = 0;

  constructor(readonly on: Operators) {
    this.#sums = { loss: on.allocate(1), correct: on.allocate(1) };
  }

  /**
   * Adds one batch.
   * @param labels one class per sample, or null where right and wrong have no meaning
   */
  add(output: Value, loss: Value, labels: Float32Array | null): void {
    const { on } = this;
    const [batch] = output.shape;
    this.#samples += batch;
    on.pointwise('combine', [this.#sums.loss, loss.data], [1, batch], this.#sums.loss);
    if (!labels) return;
    const counter = this.#counterFor(output.shape);
    on.write(counter.labels, labels);
    on.maxPool(counter.pool, output.data, counter.best, counter.winners);
    on.pointwise('equal', [counter.winners, counter.labels], [], counter.best);
    on.convBiasGradient(counter.sum, counter.best, counter.count);
    on.pointwise('combine', [this.#sums.correct, counter.count], [1, 1], this.#sums.correct);
  }

  /** The means since the last call. */
  async take(): Promise<{ loss: number; accuracy: number; samples: number }> {
    const [[loss], [correct]] = await Promise.all([this.on.read(this.#sums.loss), this.on.read(this.#sums.correct)]);
    const samples = this.#samples;
    this.#samples = 0;
    for (const sum of Object.values(this.#sums)) this.on.write(sum, new Float32Array(1));
    return { loss: loss / samples, accuracy: correct / samples, samples };
  }

  dispose(): void {
    for (const buffer of Object.values(this.#sums)) this.on.free(buffer);
    for (const { best, winners, labels, count } of this.#counters.values()) for (const buffer of [best, winners, labels, count]) this.on.free(buffer);
    this.#counters.clear();
  }

  #counterFor(shape: readonly number[]) {
    const key = String(shape);
    const counter = this.#counters.get(key) ?? this.counter(shape);
    this.#counters.set(key, counter);
    return counter;
  }

  private counter([batch, classes, ...spatial]: readonly number[]) {
    const cells = batch * sizeOf(spatial);
    const buffer = (length: number) => this.on.allocate(length);
    return {
      pool: poolGeometry([batch, 1, classes, sizeOf(spatial)], { kernelSize: [classes, 1] }, 'accuracy'),
      sum: convGeometry([1, 1, cells], [1, 1, 1]),
      best: buffer(cells),
      winners: buffer(cells),
      labels: buffer(cells),
      count: buffer(1),
    };
  }
}
