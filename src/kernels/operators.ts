import type { Control } from '../control.js';
import type { Backend, DeviceBuffer, Executable, Operand } from './backend.js';
import type { ConvGeometry } from './geometry.js';
import type { ConvProgram, OperatorJob } from './job.js';
import type { PointwiseName } from './pointwise.js';

/** Maximum number of cached executables; the least recently used one is released first. */
const MOST_EXECUTABLES = 256;

/**
 * The operators of a backend as methods. Each operator is prepared at its first call and then cached by this object. A
 * model keeps one `Operators` object for all its graphs, so training steps after the first prepare nothing. {@link OperatorJob} defines every operator.
 * @example
 * ```ts
 * import { Linear } from 'convlab';
 *
 * const on = await new Linear(2, 2).operators();
 * const [a, out] = [on.allocate(2), on.allocate(2)];
 * on.write(a, Float32Array.of(1, 2));
 * on.pointwise('affine', [a], [10, 1], out); // 10 · a + 1
 * console.log(await on.read(out)); // → Float32Array(2) [ 11, 21 ]
 * ```
 */
export class Operators {
  readonly #executables = new Map<string, Executable>();

  constructor(readonly backend: Backend) {}

  /** See {@link Backend.allocate}. */
  allocate(length: number): DeviceBuffer {
    return this.backend.allocate(length);
  }

  /** See {@link Backend.write}. */
  write(buffer: DeviceBuffer, values: Float32Array): void {
    this.backend.write(buffer, values);
  }

  /** See {@link Backend.read}. */
  read(buffer: DeviceBuffer, into?: Float32Array, control?: Control): Promise<Float32Array> {
    return this.backend.read(buffer, into, control);
  }

  /** See {@link Backend.free}. */
  free(buffer: DeviceBuffer): void {
    this.backend.free(buffer);
  }

  /** out[n, cout, o] = bias[cout] + Σ x[n, cin, o·stride + k·dilation] · kernel[cout, cin, k] */
  conv(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer, program: ConvProgram = 'direct'): void {
    const executable = this.#executable(`${program} ${geometry.key}`, { operation: 'conv', geometry, program });
    this.backend.run(executable, bias ? [x, kernel, bias] : [x, kernel], [out]);
  }

  /** The gradient with respect to x, in x's shape. `gradient` has the output's shape. */
  convInputGradient(geometry: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    this.#run('convInputGradient', geometry, [gradient, kernel], [out]);
  }

  /** The gradient with respect to the kernel, in the kernel's shape. */
  convKernelGradient(geometry: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    this.#run('convKernelGradient', geometry, [x, gradient], [out]);
  }

  /** out[cout] = Σ over n and space of gradient[n, cout, …] */
  convBiasGradient(geometry: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    this.#run('convBiasGradient', geometry, [gradient], [out]);
  }

  /** Writes the largest value of every window to `out`, and its index in the window, (kd·KH + kh)·KW + kw, to `winners`, which has the shape of `out`. */
  maxPool(geometry: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    this.#run('maxPool', geometry, [x], [out, winners]);
  }

  /** Every output's gradient goes to the cell that won; the rest is zero. */
  maxPoolGradient(geometry: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    this.#run('maxPoolGradient', geometry, [gradient, winners], [out]);
  }

  /** out[i] = formula(a[i], b[i] …; p, q …), a formula of the table `POINTWISE`. `out` may be one of the inputs. */
  pointwise(formula: PointwiseName, inputs: readonly DeviceBuffer[], parameters: readonly number[], out: DeviceBuffer): void {
    this.backend.run(this.#executable(formula, { operation: 'pointwise', formula }), inputs, [out], parameters);
  }

  /** Releases all executables. The object can still be used. */
  release(): void {
    for (const executable of this.#executables.values()) this.backend.release(executable);
    this.#executables.clear();
  }

  #run(
    operation: Exclude<OperatorJob['operation'], 'conv' | 'pointwise'>,
    geometry: ConvGeometry,
    inputs: readonly Operand[],
    outputs: readonly Operand[],
  ): void {
    this.backend.run(this.#executable(`${operation} ${geometry.key}`, { operation, geometry }), inputs, outputs);
  }

  #executable(key: string, job: OperatorJob): Executable {
    const known = this.#executables.get(key);
    const executable = known ?? this.backend.prepare(job);
    // the map is in the order of last use
    if (known) this.#executables.delete(key);
    this.#executables.set(key, executable);
    if (this.#executables.size > MOST_EXECUTABLES) {
      const [oldest, unused] = this.#executables.entries().next().value as [string, Executable];
      this.#executables.delete(oldest);
      this.backend.release(unused);
    }
    return executable;
  }
}

/** Operators for stateless calls such as `conv`: one set per backend, with the backend's lifetime. */
const ofCalls = new WeakMap<Backend, Operators>();

/** The operators for calls that hold no executables themselves. */
export function operatorsOf(backend: Backend): Operators {
  const on = backend.forCalls ?? backend;
  const operators = ofCalls.get(on) ?? new Operators(on);
  ofCalls.set(on, operators);
  return operators;
}
