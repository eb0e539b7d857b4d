import { convGeometry } from '../../kernels/geometry.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';
import { convolve } from './convolution.js';
import { view } from './shape.js';

/**
 * A matrix times every row of x along one axis: out[…, o, …] = Σ matrix[o, n] · x[…, n, …], as one convolution that covers the axis.
 * @param matrix `[size, n]`, row-major
 * @param size the size of the axis in the result
 * @param operation names the step
 */
export function alongAxis(x: Value, axis: number, matrix: Float32Array, size: number, operation: string): Value {
  const { shape } = x;
  const [before, n, after] = [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
  const rows = convolve(view(x, [before, n, after]), x.graph.constant([size, n, 1], matrix), null, {}, operation);
  return view(rows, [...shape.slice(0, axis), size, ...shape.slice(axis + 1)]);
}

/** Repeats a sample: `[1, ...]` → `[samples, ...]`. A separate step, because exporters leave the number of samples open. */
export function repeatSamples(x: Value, samples: number): Value {
  const cells = x.storage.length;
  const geometry = convGeometry([1, 1, cells], [samples, 1, 1], {}, 'repeatSamples');
  const ones = x.graph.constant([samples, 1, 1], new Float32Array(samples).fill(1));
  return x.graph.record('repeatSamples', [x], [samples, ...x.shape.slice(1)], (out) => ({
    forward: (on) => on.conv(geometry, x.data, ones.data, null, out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.convInputGradient(geometry, out.gradient, ones.data, into)),
  }));
}
