import type { Random } from '../random.js';

/** Fills a parameter. */
export type Initializer = (values: Float32Array, random: Random) => void;

/** Sets every value to a constant. */
export function constant(value: number): Initializer {
  return (values) => values.fill(value);
}

/** Uniform in [−bound, bound). */
export function uniform(bound: number): Initializer {
  return (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = random.uniform(-bound, bound);
  };
}

/** Normal with mean 0. @param deviation standard deviation */
export function normal(deviation: number): Initializer {
  return (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
  };
}

/**
 * Uniform with variance 2 / ((1 + a²)·fanIn). PyTorch's layers use a = √5 by default, which makes the bound 1 / √fanIn.
 * @param fanIn inputs of one output: Cin / groups · kernel cells
 * @see He et al., Delving Deep into Rectifiers, 2015
 */
export function kaimingUniform(fanIn: number, a = 0): Initializer {
  return uniform(Math.sqrt(6 / ((1 + a * a) * fanIn)));
}

/** Normal with variance 2 / fanIn. */
export function kaimingNormal(fanIn: number): Initializer {
  return normal(Math.sqrt(2 / fanIn));
}

/**
 * Uniform with variance 2 / (fanIn + fanOut).
 * @see Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010
 */
export function xavierUniform(fanIn: number, fanOut: number): Initializer {
  return uniform(Math.sqrt(6 / (fanIn + fanOut)));
}

/** Normal with variance 2 / (fanIn + fanOut). */
export function xavierNormal(fanIn: number, fanOut: number): Initializer {
  return normal(Math.sqrt(2 / (fanIn + fanOut)));
}
