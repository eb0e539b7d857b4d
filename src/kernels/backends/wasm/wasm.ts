import { UnsupportedError } from '../../../errors.js';
import type { Backend, DeviceBuffer, Executable, Operand } from '../../backend.js';
import type { ConvGeometry } from '../../geometry.js';
import { CONV_PROGRAMS, type Job, PICTURE_SUMS } from '../../job.js';
import { applyPointwise, type PointwiseName } from '../../pointwise.js';
import { runOperator } from '../../run-operator.js';
import { type Address, NOWHERE } from './address.js';
import { runConv, runConvFft, runConvRunningSum, runConvSparse } from './layers/forward.js';
import { runBiasGradient, runInputGradient, runKernelGradient } from './layers/gradients.js';
import { runMaxPool, runMaxPoolGradient } from './layers/pooling.js';
import { type ConvOperands, NS } from './layers/work.js';
import { loadPrograms } from './load-programs.js';
import { Machine } from './machine.js';
import { type BytesTask, bytesTask } from './picture/bytes-task.js';
import { convBytes } from './picture/picture-bands.js';
import { WRITERS } from './programs.generated.js';
import { cores, obstacle } from './thread-host.js';
import { ThreadPool } from './thread-pool.js';

/** More threads compete for memory bandwidth, and with other work on the machine. */
const DEFAULT_THREADS = 4;
/** Handing a job over takes 2 µs while the workers look for it, and 40 µs when they have to be woken (Node 20, a virtual machine). */
const WORTH_SHARING_NS = 20_000;

interface WasmExecutable extends Executable {
  readonly task: BytesTask | undefined;
}

interface WasmBuffer extends DeviceBuffer {
  /** 0 once freed */
  address: Address<'Floats'>;
}

/**
 * AssemblyScript programs with 128-bit SIMD. Calls return when they are done, on any number of threads; only the calling one
 * allocates. Buffers are ranges of the wasm memory.
 */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly abilities = { programs: CONV_PROGRAMS, pictures: PICTURE_SUMS };
  readonly device: string;
  readonly #machine: Machine;

  /** Use {@link createWasmBackend}. */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.device = `wasm simd, ${machine.threads} thread${machine.threads === 1 ? '' : 's'}`;
  }

  allocate(length: number): WasmBuffer {
    const address = this.#machine.allocate(4 * length);
    this.#machine.run.clear(address, 4 * length);
    return { length, address };
  }

  write(buffer: DeviceBuffer, values: Float32Array): void {
    this.#machine.floats(at(buffer), buffer.length).set(values);
  }

  async read(buffer: DeviceBuffer): Promise<Float32Array> {
    return this.#machine.floats(at(buffer), buffer.length).slice();
  }

  free(buffer: DeviceBuffer): void {
    this.#machine.free(at(buffer));
    (buffer as WasmBuffer).address = NOWHERE;
  }

  dispose(): void {
    this.#machine.dispose();
  }

  prepare(job: Job): WasmExecutable {
    return { job, task: job.operation === 'picture' ? bytesTask(job) : undefined };
  }

  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[], parameters?: readonly number[]): boolean {
    const { job, task } = executable as WasmExecutable;
    if (task) return convBytes(this.#machine, task, inputs[0] as Uint8ClampedArray, outputs[0] as Uint8ClampedArray);
    if (job.operation !== 'conv' || job.program === 'direct') return runOperator(this, executable, inputs, outputs, parameters);
    const [x, kernel, bias = null] = inputs;
    const run = { sparse: this.convSparse, runningSum: this.convRunningSum, fft: this.convFft }[job.program];
    run.call(this, job.geometry, x, kernel, bias, outputs[0]);
    return true;
  }

  release(): void {}

  conv(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    runConv(this.#machine, g, operandsOf(x, kernel, bias, out));
  }

  convSparse(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    runConvSparse(this.#machine, g, operandsOf(x, kernel, bias, out));
  }

  convRunningSum(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    runConvRunningSum(this.#machine, g, operandsOf(x, kernel, bias, out));
  }

  convFft(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    runConvFft(this.#machine, g, operandsOf(x, kernel, bias, out));
  }

  convInputGradient(g: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    runInputGradient(this.#machine, g, at(gradient), at(kernel), at(out));
  }

  convKernelGradient(g: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    runKernelGradient(this.#machine, g, at(x), at(gradient), at(out));
  }

  convBiasGradient(g: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    runBiasGradient(this.#machine, g, at(gradient), at(out));
  }

  maxPool(g: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    runMaxPool(this.#machine, g, at(x), at(out), at(winners));
  }

  maxPoolGradient(g: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    runMaxPoolGradient(this.#machine, g, at(gradient), at(winners), at(out));
  }

  /** Formulas without a program run as loops over the memory. */
  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void {
    if (hasProgram(name)) {
      const [p = 0, q = 0, r = 0] = params;
      const [a, b = a, c = a] = inputs;
      const work = NS.value * (inputs.length + 1) * out.length;
      this.#machine.share(name, { a: at(a), b: at(b), c: at(c), out: at(out), p, q, r }, { units: out.length, step: 16, work });
    } else {
      const view = (buffer: DeviceBuffer) => this.#machine.floats(at(buffer), buffer.length);
      applyPointwise(name, inputs.map(view), params, view(out));
    }
  }

  allocateBytes(length: number): Uint8ClampedArray {
    return this.#machine.allocateBytes(length);
  }

  freeBytes(bytes: Uint8ClampedArray): boolean {
    return this.#machine.freeBytes(bytes);
  }
}

/**
 * Creates a backend that runs in WebAssembly.
 * @param threads number of threads, the calling one included. Default: one per core, at most 4, and 1 where threads cannot share memory
 * @param worthSharing nanoseconds that a job has to take to be shared by threads; tests have them share everything
 * @throws UnsupportedError where the engine has no WebAssembly with 128-bit SIMD, or fewer threads than asked for
 */
export async function createWasmBackend(threads?: number, worthSharing = WORTH_SHARING_NS): Promise<Backend> {
  const reason = obstacle();
  if (threads !== undefined && threads > 1 && reason)
    throw new UnsupportedError('createBackend', `threads must be 1 here, received ${threads}: ${reason}`, { threads });
  const count = reason ? 1 : (threads ?? Math.min(cores(), DEFAULT_THREADS));
  if (count > 1) {
    const loaded = await loadPrograms(true);
    try {
      const [pool, own] = await Promise.all([ThreadPool.start(loaded, count), loadPrograms(false)]);
      return new WasmBackend(new Machine(loaded, pool, worthSharing, new Machine(own)));
    } catch (cause) {
      if (threads !== undefined)
        throw new UnsupportedError('createBackend', `${threads} threads could not be started: ${(cause as Error).message}`, { threads }, { cause });
    }
  }
  return new WasmBackend(new Machine(await loadPrograms(false)));
}

type PointwiseProgram = PointwiseName & keyof typeof WRITERS;

function hasProgram(name: PointwiseName): name is PointwiseProgram {
  return name in WRITERS;
}

function operandsOf(x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): ConvOperands {
  return { x: at(x), kernel: at(kernel), bias: bias ? at(bias) : NOWHERE, out: at(out) };
}

function at(buffer: DeviceBuffer): Address<'Floats'> {
  const { address } = buffer as WasmBuffer;
  if (address === 0) throw new Error('a buffer was used after it was freed');
  return address;
}
