import type { ConvGeometry, Triple } from '../../kernels/geometry.js';

/** The weights of a convolution, with its geometry. */
export interface Filter {
  /** `[Cout, Cin / groups, kD, kH, kW]` */
  readonly data: Float32Array;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly dilation: Triple;
}

/** The unchanged weights of a convolution. */
export function filterOf(g: ConvGeometry, data: Float32Array): Filter {
  const { inChannels, outChannels, groups, kernel, stride, dilation } = g;
  return { data, inChannels, outChannels, groups, kernel, stride, dilation };
}

/**
 * A transposed convolution is a convolution of the input, with stride − 1 zeros inserted between its values, by the
 * kernel rotated by 180° with input and output channels exchanged.
 * @param g geometry of the convolution that is transposed
 * @param data `[Cin, Cout / groups, ...kernel]`, with the inputs of the transposed convolution first
 */
export function turnedFilter(g: ConvGeometry, data: Float32Array): Filter {
  const { groups, kernel, dilation, inChannels: outChannels, outChannels: inChannels } = g;
  const [ins, outs, taps] = [inChannels / groups, outChannels / groups, kernel[0] * kernel[1] * kernel[2]];
  const turned = new Float32Array(data.length);
  for (let cin = 0; cin < inChannels; cin++) {
    for (let out = 0; out < outs; out++) {
      const cout = Math.floor(cin / ins) * outs + out;
      for (let tap = 0; tap < taps; tap++) turned[(cout * ins + (cin % ins)) * taps + taps - 1 - tap] = data[(cin * outs + out) * taps + tap];
    }
  }
  return { data: turned, inChannels, outChannels, groups, kernel, stride: [1, 1, 1], dilation };
}

/** The same filter without dilation, with zeros between its weights. TensorFlow.js does not support dilation together with a stride. */
export function withoutDilation(filter: Filter): Filter {
  const { data, kernel, dilation } = filter;
  const [KD, KH, KW] = kernel;
  const spread = kernel.map((k, axis) => (k - 1) * dilation[axis] + 1) as unknown as Triple;
  const planes = data.length / (KD * KH * KW);
  const out = new Float32Array(planes * spread[0] * spread[1] * spread[2]);
  for (let plane = 0, i = 0; plane < planes; plane++) {
    for (let kd = 0; kd < KD; kd++) {
      for (let kh = 0; kh < KH; kh++) {
        for (let kw = 0; kw < KW; kw++, i++) {
          out[((plane * spread[0] + kd * dilation[0]) * spread[1] + kh * dilation[1]) * spread[2] + kw * dilation[2]] = data[i];
        }
      }
    }
  }
  return { ...filter, data: out, kernel: spread, dilation: [1, 1, 1] };
}

/** The part of a filter for one group. */
export function groupOf(filter: Filter, group: number): Filter {
  const { data, inChannels, outChannels, groups } = filter;
  const share = data.length / groups;
  return { ...filter, data: data.subarray(group * share, (group + 1) * share), inChannels: inChannels / groups, outChannels: outChannels / groups, groups: 1 };
}

/** TensorFlow's order of weights: `[...kernel, Cin, Cout]`, for a depthwise filter `[...kernel, Cin, Cout / Cin]`. */
export function tensorFlowOrder({ data, inChannels, outChannels, groups, kernel }: Filter): Float32Array {
  const [ins, taps] = [inChannels / groups, kernel[0] * kernel[1] * kernel[2]];
  const out = new Float32Array(data.length);
  for (let cout = 0; cout < outChannels; cout++) {
    for (let cin = 0; cin < ins; cin++)
      for (let tap = 0; tap < taps; tap++) out[(tap * ins + cin) * outChannels + cout] = data[(cout * ins + cin) * taps + tap];
  }
  return out;
}
