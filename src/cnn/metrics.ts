import type { DeviceBuffer } from '../kernels/backend.js';
import { convGeometry, poolGeometry } from '../kernels/geometry.js';
import type { Operators } from '../kernels/operators.js';
import { sizeOf } from '../tensor.js';
import type { Answers } from './answers.js';
import type { Value } from './graph.js';

/** The result of {@link RunningMetrics.take}: means since its last call. */
export interface Means {
  readonly loss: number;
  /** Fraction of correct answers; 0 if there are no answers. */
  readonly accuracy: number;
  readonly samples: number;
  /** Number of batches with a finite loss: 0 once a network has diverged. */
  readonly finite: number;
}

/**
 * Sums of the loss and of correct answers, kept on the backend so that a training step reads nothing back.
 * The predicted class is the index from max pooling along the channel axis.
 */
export class RunningMetrics {
  readonly #sums: { loss: DeviceBuffer; correct: DeviceBuffer; finite: DeviceBuffer };
  readonly #flag: DeviceBuffer;
  readonly #counters = new Map<string, Counter>();
  #samples = 0;
  #answers = 0;

  /** @param countsFinite count batches with a finite loss */
  constructor(
    readonly on: Operators,
    readonly countsFinite: boolean,
  ) {
    this.#sums = { loss: on.allocate(1), correct: on.allocate(1), finite: on.allocate(1) };
    this.#flag = on.allocate(1);
  }

  /**
   * Adds one batch.
   * @param answers null if answers cannot be correct or wrong
   */
  add(output: Value, loss: Value, answers: Answers | null): void {
    const { on } = this;
    const [batch] = output.shape;
    this.#samples += batch;
    on.pointwise('combine', [this.#sums.loss, loss.data], [1, batch], this.#sums.loss);
    if (this.countsFinite) {
      // x − x is 0 only for finite numbers
      on.pointwise('combine', [loss.data, loss.data], [1, -1], this.#flag);
      on.pointwise('equal', [this.#flag, this.#flag], [], this.#flag);
      on.pointwise('combine', [this.#sums.finite, this.#flag], [1, 1], this.#sums.finite);
    }
    if (!answers) return;
    this.#answers += answers.counted;
    const counter = this.#counterFor(answers, output.shape);
    on.write(counter.labels, answers.labels);
    counter.find(output.data);
    on.pointwise('equal', [counter.found, counter.labels], [], counter.right);
    on.convBiasGradient(counter.sum, counter.right, counter.count);
    on.pointwise('combine', [this.#sums.correct, counter.count], [1, 1], this.#sums.correct);
  }

  /** The means since the last call. */
  async take(): Promise<Means> {
    const { loss: sum, correct: right, finite: steps } = this.#sums;
    const [[loss], [correct], [finite]] = await Promise.all([sum, right, steps].map((buffer) => this.on.read(buffer)));
    const [samples, answers] = [this.#samples, this.#answers];
    this.#samples = this.#answers = 0;
    for (const buffer of Object.values(this.#sums)) this.on.write(buffer, new Float32Array(1));
    return { loss: loss / samples, accuracy: answers > 0 ? correct / answers : 0, samples, finite };
  }

  dispose(): void {
    for (const buffer of [...Object.values(this.#sums), this.#flag]) this.on.free(buffer);
    for (const { found, right, labels, count } of this.#counters.values()) for (const buffer of [found, right, labels, count]) this.on.free(buffer);
    this.#counters.clear();
  }

  #counterFor({ kind }: Answers, shape: readonly number[]): Counter {
    const key = `${kind} ${shape}`;
    const counter = this.#counters.get(key) ?? (kind === 'binary' ? this.#binary(shape) : this.#classes(shape));
    this.#counters.set(key, counter);
    return counter;
  }

  #classes([batch, classes, ...spatial]: readonly number[]): Counter {
    const counter = this.#counter(batch * sizeOf(spatial));
    const pool = poolGeometry([batch, 1, classes, sizeOf(spatial)], { kernelSize: [classes, 1] }, 'accuracy');
    return { ...counter, find: (output) => this.on.maxPool(pool, output, counter.right, counter.found) };
  }

  #binary(shape: readonly number[]): Counter {
    const counter = this.#counter(sizeOf(shape));
    const { found } = counter;
    const find = (output: DeviceBuffer) => {
      this.on.pointwise('affine', [output], [0, 1], found);
      this.on.pointwise('leakyReluGradient', [found, output], [0], found);
    };
    return { ...counter, find };
  }

  #counter(answers: number): Omit<Counter, 'find'> {
    const buffer = (length: number) => this.on.allocate(length);
    return { sum: convGeometry([1, 1, answers], [1, 1, 1]), found: buffer(answers), right: buffer(answers), labels: buffer(answers), count: buffer(1) };
  }
}

/** Counts correct answers for outputs of one shape. */
interface Counter {
  readonly sum: ReturnType<typeof convGeometry>;
  /** The answers. */
  readonly found: DeviceBuffer;
  /** 1 for correct answers, otherwise 0. */
  readonly right: DeviceBuffer;
  readonly labels: DeviceBuffer;
  readonly count: DeviceBuffer;
  /** Writes the answers of an output into `found`. */
  find(output: DeviceBuffer): void;
}
