import { CONV_CALL_OPTIONS, type ConvCallOptions, conv } from '../../kernels/conv.js';
import { CONV_OPTIONS, convGeometry } from '../../kernels/geometry.js';
import { checkOptions, pickRows, type Rows } from '../../options.js';
import { checkTensor, sizeOf, type Tensor } from '../../tensor.js';

const SLICES_OPTIONS = { ...CONV_OPTIONS, ...pickRows(CONV_CALL_OPTIONS, 'bias', 'backend') } satisfies Rows;

/** A convolution taken apart; see {@link convBySlices}. */
export interface SlicedConv {
  /** `[N, Cout, Cin / groups, ...o]`: each slice of a kernel over its own input map */
  readonly slices: Tensor;
  /** `[N, Cout, ...o]`: the slices added up */
  readonly sums: Tensor;
  /** `[N, Cout, ...o]`: the sums plus the bias, which is what `conv` returns, up to rounding */
  readonly output: Tensor;
}

/**
 * The three steps of a convolution over several maps: each slice of the kernel is applied to its own map, the results
 * are added up, and the bias is added. `conv` does this in one step; this function returns the intermediate results.
 * @param x `[N, Cin, ...spatial]`
 * @param kernel `[Cout, Cin / groups, ...k]`
 * @param options as for `conv`
 * @throws as `conv` does
 * @example
 * ```ts
 * import { convBySlices, full } from 'convlab';
 *
 * const { slices, sums, output } = await convBySlices(full([1, 3, 8, 8], 1), full([2, 3, 3, 3], 1));
 * console.log(slices.shape, sums.shape, output.shape); // → [ 1, 2, 3, 6, 6 ] [ 1, 2, 6, 6 ] [ 1, 2, 6, 6 ]
 * ```
 */
export async function convBySlices(x: Tensor, kernel: Tensor, options: Omit<ConvCallOptions, 'algorithm' | 'validate'> = {}): Promise<SlicedConv> {
  checkOptions('convBySlices', options, SLICES_OPTIONS);
  const { bias, backend, groups = 1, ...rest } = options;
  checkTensor('convBySlices', 'x', x);
  checkTensor('convBySlices', 'kernel', kernel);
  if (bias) checkTensor('convBySlices', 'bias', bias, [kernel.shape[0]]);
  convGeometry(x.shape, kernel.shape, { ...rest, groups }, 'convBySlices');
  const [outChannels, inChannels] = kernel.shape;
  const perGroup = outChannels / groups;
  const [batch, , ...spatial] = x.shape;
  const size = sizeOf(spatial);
  const maps = (channels: readonly number[]): Tensor => {
    const data = new Float32Array(batch * channels.length * size);
    for (let n = 0, to = 0; n < batch; n++) {
      for (const c of channels) {
        const from = (n * x.shape[1] + c) * size;
        data.set(x.data.subarray(from, from + size), to);
        to += size;
      }
    }
    return { shape: [batch, channels.length, ...spatial], data };
  };
  // every pair of a kernel and one of its maps becomes a separate channel
  const pairs = Array.from({ length: outChannels * inChannels }, (_, pair) => {
    const [cout, cin] = [Math.floor(pair / inChannels), pair % inChannels];
    return Math.floor(cout / perGroup) * inChannels + cin;
  });
  const each = await conv(maps(pairs), { shape: [pairs.length, 1, ...kernel.shape.slice(2)], data: kernel.data }, { ...rest, backend, groups: pairs.length });
  const outSpatial = each.shape.slice(2);
  const cells = sizeOf(outSpatial);
  const sums = new Float32Array(batch * outChannels * cells);
  for (let map = 0; map < batch * outChannels; map++) {
    for (let cin = 0; cin < inChannels; cin++) {
      for (let i = 0; i < cells; i++) sums[map * cells + i] += each.data[(map * inChannels + cin) * cells + i];
    }
  }
  const shape = [batch, outChannels, ...outSpatial];
  const output = sums.map((sum, i) => sum + (bias?.data[Math.floor(i / cells) % outChannels] ?? 0));
  return { slices: { shape: [batch, outChannels, inChannels, ...outSpatial], data: each.data }, sums: { shape, data: sums }, output: { shape, data: output } };
}
