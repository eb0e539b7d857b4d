import { type ConvGeometry, type ConvOptions, convGeometry } from '../../kernels/geometry.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';

/**
 * A convolution as a step of a graph. See `conv` for shapes and options.
 * @param x `[N, Cin, ...spatial]`
 * @param weight `[Cout, Cin / groups, ...kernel]`
 * @param bias `[Cout]` or null
 * @example
 * ```ts
 * import { convolve, Module, Parameter, full, type Value } from 'convlab';
 *
 * class Blur extends Module {
 *   weight = new Parameter([1, 1, 3, 3], (values) => values.fill(1 / 9));
 *   forward(x: Value) {
 *     return convolve(x, this.weight.in(x.graph), null, { padding: 'same', paddingMode: 'replicate' });
 *   }
 * }
 * console.log((await new Blur().run(full([1, 1, 4, 4], 2))).data[5].toFixed(4)); // → 2.0000
 * ```
 */
export function convolve(x: Value, weight: Value, bias: Value | null, options: ConvOptions = {}, operation = 'conv'): Value {
  const geometry = convGeometry(x.shape, weight.shape, options, operation);
  return x.graph.record(operation, bias ? [x, weight, bias] : [x, weight], geometry.outShape, (out) => ({
    attributes: { computes: 'conv', geometry },
    multiplyAdds: convMultiplyAdds(geometry),
    forward: (on) => on.conv(geometry, x.data, weight.data, bias?.data ?? null, out.data),
    backward: (on) => {
      x.storage.accumulate(on, (into) => on.convInputGradient(geometry, out.gradient, weight.data, into));
      weight.storage.accumulate(on, (into) => on.convKernelGradient(geometry, x.data, out.gradient, into));
      bias?.storage.accumulate(on, (into) => on.convBiasGradient(geometry, out.gradient, into));
    },
  }));
}

/**
 * The transposed convolution: the input gradient of a convolution as a forward operation.
 * @param x `[N, Cin, ...spatial]`
 * @param weight `[Cin, Cout / groups, ...kernel]`, PyTorch's layout
 * @param outShape `[N, Cout, ...spatial]`, the shape of the result; the convolution with these options must map it to the shape of x
 */
export function convolveTransposed(
  x: Value,
  weight: Value,
  bias: Value | null,
  outShape: readonly number[],
  options: ConvOptions,
  operation = 'convTranspose',
): Value {
  const geometry = convGeometry(outShape, weight.shape, options, operation);
  const out = x.graph.record(operation, [x, weight], outShape, (y) => ({
    attributes: { computes: 'convTranspose', geometry },
    multiplyAdds: convMultiplyAdds(geometry),
    forward: (on) => on.convInputGradient(geometry, x.data, weight.data, y.data),
    backward: (on) => {
      x.storage.accumulate(on, (into) => on.conv(geometry, y.gradient, weight.data, null, into));
      weight.storage.accumulate(on, (into) => on.convKernelGradient(geometry, y.gradient, x.data, into));
    },
  }));
  return bias ? scaleChannels(out, null, bias) : out;
}

/**
 * scale[c]·x + shift[c]: a depthwise convolution with a kernel of size 1.
 * @param scale `[C]`, or null for 1
 * @param shift `[C]` or null
 */
export function scaleChannels(x: Value, scale: Value | null, shift: Value | null): Value {
  const [, channels] = x.shape;
  const weightShape = [channels, 1, ...x.shape.slice(2).map(() => 1)];
  const weight = scale ? x.graph.view(weightShape, scale.storage) : x.graph.constant(weightShape, new Float32Array(channels).fill(1));
  return convolve(x, weight, shift, { groups: channels }, 'scaleChannels');
}

function convMultiplyAdds(g: ConvGeometry): number {
  return g.batch * g.outChannels * sizeOf(g.output) * (g.inChannels / g.groups) * sizeOf(g.kernel);
}
