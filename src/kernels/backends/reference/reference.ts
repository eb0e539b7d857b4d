import { UnsupportedError } from '../../../errors.js';
import type { Backend, DeviceBuffer, Executable, Operand } from '../../backend.js';
import { borderTable, OUTSIDE } from '../../border.js';
import type { ConvGeometry } from '../../geometry.js';
import type { Job } from '../../job.js';
import { applyPointwise, type PointwiseName } from '../../pointwise.js';
import { type OperatorMethods, runOperator } from '../../run-operator.js';

interface Float64Buffer extends DeviceBuffer {
  readonly data: Float64Array;
}

/**
 * Plain float64 loops: the reference implementation with which all other backends are compared, written for readability
 * instead of speed. Buffers keep float64; {@link Backend.read} rounds to float32.
 */
export class ReferenceBackend implements Backend, OperatorMethods {
  readonly name = 'reference';
  readonly device = 'plain loops, float64';
  readonly abilities = { programs: ['direct'], pictures: [], definition: true } as const;

  allocate(length: number): Float64Buffer {
    try {
      return { length, data: new Float64Array(length) };
    } catch (cause) {
      throw new UnsupportedError('allocate', `cannot allocate ${length} values`, { length }, { cause });
    }
  }

  write(buffer: DeviceBuffer, values: ArrayLike<number>): void {
    data(buffer).set(values);
  }

  async read(buffer: DeviceBuffer, into = new Float32Array(buffer.length)): Promise<Float32Array> {
    into.set(data(buffer));
    return into;
  }

  /** The unrounded values of a buffer, for gradient checks. Not a copy. */
  peek(buffer: DeviceBuffer): Float64Array {
    return data(buffer);
  }

  free(): void {}

  /** Prepares nothing: every loop reads the geometry directly. */
  prepare(job: Job): Executable {
    return { job };
  }

  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[], parameters?: readonly number[]): boolean {
    return runOperator(this, executable, inputs, outputs, parameters);
  }

  release(): void {}

  dispose(): void {}

  conv(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const [from, weights, to] = [data(x), data(kernel), data(out)];
    const area = geometry.output[0] * geometry.output[1] * geometry.output[2];
    for (let i = 0; i < to.length; i++) to[i] = bias ? data(bias)[Math.floor(i / area) % geometry.outChannels] : 0;
    everyTap(geometry, (i, k, o) => {
      to[o] += (i < 0 ? geometry.paddingValue : from[i]) * weights[k];
    });
  }

  convInputGradient(geometry: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    const [from, weights, to] = [data(gradient), data(kernel), data(out).fill(0)];
    everyTap(geometry, (i, k, o) => {
      if (i >= 0) to[i] += from[o] * weights[k];
    });
  }

  convKernelGradient(geometry: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    const [from, upstream, to] = [data(x), data(gradient), data(out).fill(0)];
    everyTap(geometry, (i, k, o) => {
      to[k] += (i < 0 ? geometry.paddingValue : from[i]) * upstream[o];
    });
  }

  convBiasGradient(geometry: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    const [from, to] = [data(gradient), data(out).fill(0)];
    const area = geometry.output[0] * geometry.output[1] * geometry.output[2];
    for (let o = 0; o < from.length; o++) to[Math.floor(o / area) % geometry.outChannels] += from[o];
  }

  maxPool(geometry: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    const [from, to, winner] = [data(x), data(out).fill(Number.NEGATIVE_INFINITY), data(winners).fill(-1)];
    everyTap(geometry, (i, _k, o, tap) => {
      if (i < 0 || Number.isNaN(to[o])) return;
      if (winner[o] === -1 || from[i] > to[o] || Number.isNaN(from[i])) {
        to[o] = from[i];
        winner[o] = tap;
      }
    });
  }

  maxPoolGradient(geometry: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    const [from, winner, to] = [data(gradient), data(winners), data(out).fill(0)];
    everyTap(geometry, (i, _k, o, tap) => {
      if (i >= 0 && winner[o] === tap) to[i] += from[o];
    });
  }

  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void {
    applyPointwise(name, inputs.map(data), params, data(out));
  }
}

/**
 * Calls `visit` for every product that a convolution sums: input index `i` (or OUTSIDE), kernel index `k`, output index
 * `o`, and `tap`, the position inside the kernel's window. Taps of one output come in ascending order. OUTSIDE is
 * tested as < 0, because a test runner resolves an imported name at every use, which would double the time.
 */
function everyTap(geometry: ConvGeometry, visit: (i: number, k: number, o: number, tap: number) => void): void {
  const { batch, groups, inChannels, outChannels, input, output, stride, dilation, flip } = geometry;
  const [tableD, tableH, tableW] = [borderTable(geometry, 0), borderTable(geometry, 1), borderTable(geometry, 2)];
  const [KD, KH, KW] = geometry.kernel;
  const [cinPerGroup, coutPerGroup, taps] = [inChannels / groups, outChannels / groups, KD * KH * KW];
  let o = 0;
  for (let n = 0; n < batch; n++) {
    for (let cout = 0; cout < outChannels; cout++) {
      const group = Math.floor(cout / coutPerGroup);
      for (let od = 0; od < output[0]; od++) {
        for (let oh = 0; oh < output[1]; oh++) {
          for (let ow = 0; ow < output[2]; ow++, o++) {
            for (let cin = 0; cin < cinPerGroup; cin++) {
              const plane = (n * inChannels + group * cinPerGroup + cin) * input[0];
              for (let kd = 0, tap = 0; kd < KD; kd++) {
                const d = tableD[od * stride[0] + kd * dilation[0]];
                for (let kh = 0; kh < KH; kh++) {
                  const h = tableH[oh * stride[1] + kh * dilation[1]];
                  for (let kw = 0; kw < KW; kw++, tap++) {
                    const w = tableW[ow * stride[2] + kw * dilation[2]];
                    const outside = d < 0 || h < 0 || w < 0;
                    const i = outside ? OUTSIDE : ((plane + d) * input[1] + h) * input[2] + w;
                    const k = (cout * cinPerGroup + cin) * taps + (flip ? taps - 1 - tap : tap);
                    visit(i, k, o, tap);
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

function data(buffer: DeviceBuffer): Float64Array {
  return (buffer as Float64Buffer).data;
}
