// The parts of the homework: pairs of digits, with some combinations excluded from training, and two networks that add.
import {
  add,
  augment,
  Conv2d,
  concatenate,
  convolve,
  Dataset,
  Dropout,
  Flatten,
  Linear,
  LogSoftmax,
  MaxPool2d,
  Module,
  Random,
  ReLU,
  randomRotation,
  randomShift,
  type Sample,
  Sequential,
  Softmax,
  type Tensor,
  type TensorDataset,
  type Value,
  view,
} from 'convlab';

export interface Pair {
  readonly x: readonly [Tensor, Tensor];
  /** the sum, 0 to 18 */
  readonly y: number;
}

/** True for every fifth combination (a, b), which is excluded from training; each sum also has other combinations. */
export function keptBack(a: number, b: number): boolean {
  return (a + 3 * b) % 5 === 2;
}

/** Pairs of pictures and their sums. */
export class Pairs extends Dataset<Pair> {
  constructor(
    readonly digits: Dataset<Sample>,
    readonly labels: Int32Array,
    readonly first: Int32Array,
    readonly second: Int32Array,
  ) {
    super();
  }

  get length(): number {
    return this.first.length;
  }

  async at(index: number, epoch = 0): Promise<Pair> {
    const [a, b] = [this.first[index], this.second[index]];
    return { x: [(await this.digits.at(a, epoch)).x, (await this.digits.at(b, epoch)).x], y: this.labels[a] + this.labels[b] };
  }

  override async batch(indices: ArrayLike<number>, epoch = 0) {
    const [a, b] = [this.first, this.second].map((side) => Int32Array.from(indices, (index) => side[index]));
    const x: readonly [Tensor, Tensor] = [(await this.digits.batch(a, epoch)).x, (await this.digits.batch(b, epoch)).x];
    return { x, y: a.map((index, k) => this.labels[index] + this.labels[b[k]]) };
  }
}

/** Draws random pairs. @param unseen true: excluded combinations; false: the others @param moving shifts and rotates the pictures slightly */
export function drawPairs(digits: TensorDataset, count: number, unseen: boolean, seed: number, moving = false): Pairs {
  const random = new Random(seed);
  const [first, second] = [new Int32Array(count), new Int32Array(count)];
  for (let n = 0; n < count; ) {
    const [a, b] = [random.integer(digits.length), random.integer(digits.length)];
    if (keptBack(digits.y[a], digits.y[b]) !== unseen) continue;
    first[n] = a;
    second[n++] = b;
  }
  return new Pairs(moving ? augment(digits, [randomShift({ max: 1 }), randomRotation({ degrees: 8 })], { seed }) : digits, digits.y, first, second);
}

const eye = (outputs: number, ...last: Module[]) =>
  new Sequential([
    new Conv2d(1, 8, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 16, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(784, 128),
    new ReLU(),
    new Dropout(0.25),
    new Linear(128, outputs),
    ...last,
  ]);

/** (a) Two towers, one for each picture, and a classifier with 19 classes, the sums, on top of both. */
export class TwoTowers extends Module {
  left = eye(64, new ReLU());
  right = eye(64, new ReLU());
  head = new Sequential([new Linear(128, 128), new ReLU(), new Linear(128, 19), new LogSoftmax()]);

  forward(a: Value, b: Value): Value {
    return this.head.apply(concatenate([view(this.left.apply(a), [-1, 64]), view(this.right.apply(b), [-1, 64])]));
  }
}

/**
 * (b) One network for both pictures computes the probabilities of the digits. The distribution of the sum is the
 * convolution of the two: p(s) is the sum of p(a) q(s - a), one 1D convolution per pair, computed by the same operator as
 * all layers.
 */
export class ConvolvedDigits extends Module {
  digit = eye(10, new Softmax());

  forward(a: Value, b: Value): Value {
    const [n] = a.shape;
    const p = view(this.digit.apply(a), [1, n, 10]);
    const q = view(this.digit.apply(b), [n, 1, 10]);
    // one group per pair: each signal p has its own kernel q, which is flipped, as in a mathematical convolution
    const sums = convolve(p, q, null, { groups: n, padding: 'full', flip: true });
    return logarithm(view(sums, [n, 19]));
  }
}

/** log(x + 1e-7), a custom operation with its forward and backward pass. */
function logarithm(x: Value): Value {
  const faint = x.graph.constant(x.shape, new Float32Array(x.shape.reduce((a, b) => a * b)).fill(1e-7));
  const positive = add(x, faint);
  return x.graph.record('log', [positive], x.shape, (out) => ({
    forward: (on) => on.pointwise('log', [positive.data], [], out.data),
    backward: (on) => positive.storage.accumulate(on, (into) => on.pointwise('divide', [out.gradient, positive.data], [], into)),
  }));
}
