import type { Value } from '../graph.js';
import { broadcast } from './arithmetic.js';

/** scale·x + shift */
export function affine(x: Value, scale: number, shift: number): Value {
  return x.graph.record('affine', [x], x.shape, (out) => ({
    attributes: { scale, shift },
    forward: (on) => on.pointwise('affine', [x.data], [scale, shift], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise('affine', [out.gradient], [scale, 0], into)),
  }));
}

/** Element-wise left / right, with shapes broadcast as in {@link add}. */
export function divide(left: Value, right: Value): Value {
  const [a, b] = broadcast('divide', left, right);
  return a.graph.record('divide', [a, b], a.shape, (out) => ({
    forward: (on) => on.pointwise('divide', [a.data, b.data], [], out.data),
    backward: (on) => {
      a.storage.accumulate(on, (into) => on.pointwise('divide', [out.gradient, b.data], [], into));
      b.storage.accumulate(on, (into) => {
        on.pointwise('divide', [out.data, b.data], [], into);
        on.pointwise('multiplyAdd', [into, out.gradient, into], [-1, 0], into);
      });
    },
  }));
}

/** e^x */
export function exponential(x: Value): Value {
  return x.graph.record('exp', [x], x.shape, (out) => ({
    forward: (on) => on.pointwise('exp', [x.data], [], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise('multiply', [out.gradient, out.data], [], into)),
  }));
}

/** The natural logarithm. */
export function logarithm(x: Value): Value {
  return x.graph.record('log', [x], x.shape, (out) => ({
    forward: (on) => on.pointwise('log', [x.data], [], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise('divide', [out.gradient, x.data], [], into)),
  }));
}

/** Keeps 1 / √x finite at 0; has no effect on normal numbers above 1e-29. */
const TINY = 1e-36;

/** √x, as x / √x. */
export function squareRoot(x: Value): Value {
  return x.graph.record('squareRoot', [x], x.shape, (out) => ({
    forward: (on) => {
      on.pointwise('inverseSquareRoot', [x.data], [TINY], out.data);
      on.pointwise('multiply', [out.data, x.data], [], out.data);
    },
    backward: (on) => {
      x.storage.accumulate(on, (into) => {
        on.pointwise('inverseSquareRoot', [x.data], [TINY], into);
        on.pointwise('multiplyAdd', [into, out.gradient, into], [0.5, 0], into);
      });
    },
  }));
}
