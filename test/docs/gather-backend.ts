import { UnsupportedError } from '../../src/errors.js';
import type { Backend, DeviceBuffer, Executable, Operand } from '../../src/kernels/backend.js';
import { borderTable, OUTSIDE } from '../../src/kernels/border.js';
import type { ConvGeometry } from '../../src/kernels/geometry.js';
import type { Job } from '../../src/kernels/job.js';
import { applyPointwise, type PointwiseName } from '../../src/kernels/pointwise.js';
import { type OperatorMethods, runOperator } from '../../src/kernels/run-operator.js';

type Buffer = DeviceBuffer & { data: Float32Array };
const of = (buffer: DeviceBuffer) => (buffer as Buffer).data;

interface Gather extends Executable {
  readonly table: Int32Array;
}

/** Convolution as a gather: for every output, a table maps kernel cells to cells of a plane. */
export class GatherBackend implements Backend, OperatorMethods {
  readonly name = 'gather';
  readonly device = 'gather tables';
  readonly abilities = { programs: ['direct'], pictures: [] } as const;
  /** The table of the executable that runs. */
  #table: Int32Array = new Int32Array();

  allocate(length: number): Buffer {
    try {
      return { length, data: new Float32Array(length) };
    } catch (cause) {
      throw new UnsupportedError('allocate', `cannot allocate ${length} values`, { length }, { cause });
    }
  }
  write(buffer: DeviceBuffer, values: Float32Array) {
    of(buffer).set(values);
  }
  async read(buffer: DeviceBuffer) {
    return of(buffer).slice();
  }
  free() {}
  dispose() {}

  /** Everything that depends on the geometry alone is made here, once. */
  prepare(job: Job): Gather {
    return { job, table: 'geometry' in job ? tableOf(job.geometry) : new Int32Array() };
  }
  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[], parameters?: readonly number[]) {
    this.#table = (executable as Gather).table;
    return runOperator(this, executable, inputs, outputs, parameters);
  }
  release() {}

  conv(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer) {
    const [from, weights, to] = [of(x), of(kernel), of(out)];
    this.#rows(geometry, (plane, row, o, cout, cells) => {
      let sum = plane === 0 && bias ? of(bias)[cout] : plane === 0 ? 0 : to[o];
      cells.forEach((cell, tap) => {
        sum += (cell === OUTSIDE ? geometry.paddingValue : from[cell]) * weights[row + tap];
      });
      to[o] = sum;
    });
  }
  convInputGradient(geometry: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer) {
    const [from, weights, to] = [of(gradient), of(kernel), of(out).fill(0)];
    this.#rows(geometry, (_plane, row, o, _cout, cells) => {
      cells.forEach((cell, tap) => {
        if (cell !== OUTSIDE) to[cell] += from[o] * weights[row + tap];
      });
    });
  }
  convKernelGradient(geometry: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer) {
    const [from, upstream, to] = [of(x), of(gradient), of(out).fill(0)];
    this.#rows(geometry, (_plane, row, o, _cout, cells) => {
      cells.forEach((cell, tap) => {
        to[row + tap] += (cell === OUTSIDE ? geometry.paddingValue : from[cell]) * upstream[o];
      });
    });
  }
  convBiasGradient({ output, outChannels }: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer) {
    const [from, to] = [of(gradient), of(out).fill(0)];
    const area = output[0] * output[1] * output[2];
    from.forEach((value, o) => {
      to[Math.floor(o / area) % outChannels] += value;
    });
  }

  maxPool(geometry: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer) {
    const [from, to, winner] = [of(x), of(out), of(winners).fill(-1)];
    this.#rows(geometry, (_plane, _row, o, _cout, cells) => {
      cells.forEach((cell, tap) => {
        if (cell === OUTSIDE || (winner[o] >= 0 && !(from[cell] > to[o] || (Number.isNaN(from[cell]) && !Number.isNaN(to[o]))))) return;
        to[o] = from[cell];
        winner[o] = tap;
      });
    });
  }
  maxPoolGradient(geometry: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer) {
    const [from, winner, to] = [of(gradient), of(winners), of(out).fill(0)];
    this.#rows(geometry, (_plane, _row, o, _cout, cells) => {
      to[cells[winner[o]]] += from[o];
    });
  }
  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer) {
    applyPointwise(name, inputs.map(of), params, of(out));
  }

  /**
   * Visits every output `o` once for each input plane of its group. `plane` is the index of the plane in the group, `cells`
   * are the cells of x under the window, and `row` is the index of the first of their weights.
   */
  #rows(geometry: ConvGeometry, visit: (plane: number, row: number, o: number, cout: number, cells: Int32Array) => void) {
    const { batch, groups, inChannels, outChannels, input } = geometry;
    const table = this.#table;
    const taps = geometry.kernel[0] * geometry.kernel[1] * geometry.kernel[2];
    const [area, inArea, seen] = [table.length / taps, input[0] * input[1] * input[2], inChannels / groups];
    const cells = new Int32Array(taps);
    for (let n = 0; n < batch; n++) {
      for (let cout = 0; cout < outChannels; cout++) {
        const first = n * inChannels + Math.floor((cout * groups) / outChannels) * seen;
        for (let plane = 0; plane < seen; plane++) {
          for (let o = 0; o < area; o++) {
            for (let tap = 0; tap < taps; tap++) {
              const cell = table[o * taps + tap];
              cells[tap] = cell === OUTSIDE ? OUTSIDE : (first + plane) * inArea + cell;
            }
            visit(plane, (cout * seen + plane) * taps, (n * outChannels + cout) * area + o, cout, cells);
          }
        }
      }
    }
  }
}

/** `[outputs, taps]`: cells of a plane. */
function tableOf(geometry: ConvGeometry): Int32Array {
  const { input, kernel, output, stride, dilation, flip } = geometry;
  const [D, H, W] = [0, 1, 2].map((axis) => borderTable(geometry, axis as 0 | 1 | 2));
  const cells: number[] = [];
  for (let od = 0; od < output[0]; od++)
    for (let oh = 0; oh < output[1]; oh++)
      for (let ow = 0; ow < output[2]; ow++) {
        const window: number[] = [];
        for (let kd = 0; kd < kernel[0]; kd++)
          for (let kh = 0; kh < kernel[1]; kh++)
            for (let kw = 0; kw < kernel[2]; kw++) {
              const d = D[od * stride[0] + kd * dilation[0]];
              const h = H[oh * stride[1] + kh * dilation[1]];
              const w = W[ow * stride[2] + kw * dilation[2]];
              window.push(d === OUTSIDE || h === OUTSIDE || w === OUTSIDE ? OUTSIDE : (d * input[1] + h) * input[2] + w);
            }
        cells.push(...(flip ? window.reverse() : window));
      }
  return Int32Array.from(cells);
}
