import { UnsupportedError } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import type { Backend, DeviceBuffer, Executable, Operand } from '../../backend.js';
import type { ConvGeometry } from '../../geometry.js';
import { CONV_PROGRAMS, type Job, PICTURE_SUMS } from '../../job.js';
import { fftTiles } from '../../plan/fft-tiles.js';
import { applyPointwise, type PointwiseName } from '../../pointwise.js';
import { runOperator } from '../../run-operator.js';
import { convBytes } from './bytes.js';
import { type BytesTask, bytesTask } from './bytes-task.js';
import { foldsGradient, forwardCorrelation } from './correlation.js';
import { cores, obstacle } from './host.js';
import { prepareGradient } from './input-gradient.js';
import { Machine, type Scratch } from './machine.js';
import { ThreadPool } from './pool.js';
import { type Prepared, prepare, prepareBorder, prepareFft } from './prepare.js';
import { loadPrograms, POINTWISE_PROGRAMS } from './programs.js';
import { runWinograd, type Weights } from './winograd.js';

/** More than this, and threads get into each other's way: in memory bandwidth, or other work that the machine has to do. */
const DEFAULT_THREADS = 4;
/** To hand a job over takes 2 µs while the workers look out for it, and 40 µs when they have to be woken (Node 20, a virtual machine). */
const WORTH_SHARING_NS = 20_000;
/** What one multiply-add and one value that is read or written take, about, in nanoseconds. */
const NS = { product: 0.05, value: 0.15, spread: 0.5 };
/** The kernel's gradient is summed in so many parts, whatever the number of threads: the same bits for each. */
const GRADIENT_CHUNKS = 16;
/** Above this, parts of the sums cost more memory than they are worth: output channels are shared out instead, so many at a time. */
const LARGE_KERNEL = 65536;
const GRADIENT_CHANNELS = 16;

interface WasmExecutable extends Executable {
  readonly task: BytesTask | undefined;
}

interface WasmBuffer extends DeviceBuffer {
  /** byte address; 0 once freed */
  pointer: number;
}

/**
 * AssemblyScript programs with 128-bit SIMD. Calls return when they are done, on however many threads; only the calling one
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
    const pointer = this.#machine.allocate(4 * length);
    this.#machine.run.clear(pointer, 4 * length);
    return { length, pointer };
  }

  write(buffer: DeviceBuffer, values: Float32Array): void {
    this.#machine.floats(at(buffer), buffer.length).set(values);
  }

  async read(buffer: DeviceBuffer): Promise<Float32Array> {
    return this.#machine.floats(at(buffer), buffer.length).slice();
  }

  free(buffer: DeviceBuffer): void {
    this.#machine.free(at(buffer));
    (buffer as WasmBuffer).pointer = 0;
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
    const work = NS.product * productsOf(g);
    if (isLinear(g)) {
      this.#machine.share('rowsByRows', [at(x), at(kernel), bias ? at(bias) : 0, at(out), g.batch, g.outChannels, g.inChannels * sizeOf(g.kernel)], {
        units: g.outChannels,
        step: 4,
        work,
      });
      return;
    }
    const key = `conv ${g.key}`;
    const p = prepare(this.#machine, key, () => forwardCorrelation(g));
    if (this.#winograd(key, p, x, kernel, { steps: [9 * g.inChannels, 9], reverse: g.flip }, bias, at(out))) return;
    const scratch = this.#machine.scratchFor([p.packedBytes], [p.stripBytes]);
    const [packed] = scratch.common;
    this.#pack(g, p, kernel, packed, false);
    this.#correlate(p, scratch, at(x), packed, false, bias, at(out), work);
  }

  convSparse(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const p = prepare(this.#machine, `conv ${g.key}`, () => forwardCorrelation(g));
    const taps = kernel.length / g.outChannels;
    const scratch = this.#machine.scratchFor([g.outChannels * (4 + 12 * taps)], [p.stripBytes]);
    const [packed] = scratch.common;
    this.#machine.run.packSparse(at(kernel), packed, g.outChannels, taps, sizeOf(g.kernel), p.offsets, p.directOffsets, g.flip);
    this.#correlate(p, scratch, at(x), packed, true, bias, at(out), NS.value * (x.length + out.length));
  }

  convRunningSum(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const p = prepare(this.#machine, `conv ${g.key}`, () => forwardCorrelation(g));
    const [strideW, dilationW] = [g.stride[2], g.dilation[2]];
    const scratch = this.#machine.scratchFor([], [this.#machine.run.runningSumScratch(p.pointer, strideW, dilationW)]);
    this.#machine.share('runningSum', [scratch.each[0], p.pointer, at(x), at(kernel), bias ? at(bias) : 0, at(out), strideW, dilationW, p.tableW], {
      scratch: scratch.bytes,
      units: g.batch * g.outChannels,
      work: NS.value * (x.length + out.length),
    });
  }

  convFft(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const tiles = fftTiles(g);
    if (!tiles) throw new Error('the plan offers no Fourier transform for this geometry');
    const run = this.#machine.run;
    if (!run.allFinite(at(x), x.length) || !run.allFinite(at(kernel), kernel.length)) {
      this.conv(g, x, kernel, bias, out);
      return;
    }
    const p = prepare(this.#machine, `conv ${g.key}`, () => forwardCorrelation(g));
    const tiling = prepareFft(this.#machine, g, tiles, p.tableW);
    const slices = (g.outChannels / g.groups) * (g.inChannels / g.groups) * g.kernel[0];
    const scratch = this.#machine.scratchFor([slices * run.fftSpectrumBytes(tiling)], [run.fftScratch(p.pointer, tiling)]);
    const [[spectra], [tile]] = [scratch.common, scratch.each];
    const groupBytes = (4 * kernel.length) / g.groups;
    for (let group = 0; group < g.groups; group++) {
      const ours = at(kernel) + group * groupBytes;
      if (group === 0 || !run.sameBytes(ours, ours - groupBytes, groupBytes)) {
        this.#machine.share('fftKernels', [tile, p.pointer, tiling, ours, spectra, Number(g.flip)], {
          scratch: scratch.bytes,
          units: slices,
          work: WORTH_SHARING_NS,
        });
      }
      this.#machine.share('fftConv', [tile, p.pointer, tiling, at(x), spectra, bias ? at(bias) : 0, at(out), group], {
        scratch: scratch.bytes,
        units: run.fftTransforms(p.pointer, tiling),
        work: WORTH_SHARING_NS,
      });
    }
  }

  convInputGradient(g: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    const work = NS.product * productsOf(g);
    if (isLinear(g)) {
      const inputs = g.inChannels * sizeOf(g.kernel);
      this.#machine.share('stridedByRows', [at(gradient), g.outChannels, 1, at(kernel), at(out), g.batch, inputs, g.outChannels], {
        units: inputs,
        step: 8,
        work,
      });
      return;
    }
    const { parts, target, complete, packedBytes, stripBytes, outputBytes } = prepareGradient(this.#machine, g);
    const folds = foldsGradient(g);
    const alone = parts.length === 1 && complete;
    const weights = { steps: [9, 9 * g.inChannels], reverse: !g.flip } as const;
    if (alone && !folds && this.#winograd(`convInputGradient ${g.key}`, parts[0].p, gradient, kernel, weights, null, at(out))) return;

    const planes = g.batch * g.inChannels;
    const plane = 4 * sizeOf(target);
    const scratch = this.#machine.scratchFor([packedBytes, alone ? 0 : outputBytes, folds ? planes * plane : 0], [stripBytes]);
    const [packed, part, unfolded] = scratch.common;
    const to = folds ? unfolded : at(out);
    if (!complete) this.#machine.run.clear(to, planes * plane);
    for (const { p, begin, steps } of parts) {
      this.#pack(g, p, kernel, packed, true);
      this.#correlate(p, scratch, at(gradient), packed, false, null, alone ? to : part, work / parts.length);
      if (alone) continue;
      const { output } = p.correlation;
      this.#machine.share('spread', [part, to + begin, plane, ...output, ...steps], {
        units: planes,
        work: NS.spread * planes * sizeOf(output),
      });
    }
    if (!folds) return;
    const [d, h, w] = prepareBorder(this.#machine, g);
    this.#machine.share('fold', [unfolded, at(out), d, target[0], g.input[0], h, target[1], g.input[1], w, target[2], g.input[2]], {
      units: planes,
      work: 2 * NS.value * planes * sizeOf(target),
    });
  }

  convKernelGradient(g: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    const work = NS.product * productsOf(g);
    if (isLinear(g)) {
      const inputs = g.inChannels * sizeOf(g.kernel);
      this.#machine.share('stridedByRows', [at(gradient), 1, g.outChannels, at(x), at(out), g.outChannels, inputs, g.batch], { units: inputs, step: 8, work });
      return;
    }
    const p = prepare(this.#machine, `conv ${g.key}`, () => forwardCorrelation(g));
    const large = out.length > LARGE_KERNEL;
    const chunks = large ? 1 : Math.min(GRADIENT_CHUNKS, p.strips);
    const blocks = large ? Math.ceil(g.outChannels / g.groups / GRADIENT_CHANNELS) : 1;
    const scratch = this.#machine.scratchFor([chunks > 1 ? 4 * chunks * out.length : 0], [p.stripBytes, p.gradientRowBytes]);
    const [[sums], [strip, rowsOfG]] = [scratch.common, scratch.each];
    const to = chunks > 1 ? sums : at(out);
    this.#machine.share('kernelGradient', [strip, rowsOfG - strip, p.pointer, at(x), at(gradient), to, Number(g.flip), chunks, blocks], {
      scratch: scratch.bytes,
      units: chunks * blocks,
      work,
    });
    if (chunks === 1) return;
    this.#machine.share('sumChunks', [sums, chunks, out.length, at(out)], { units: out.length, step: 4, work: NS.value * chunks * out.length });
  }

  convBiasGradient(g: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    this.#machine.share('biasGradient', [at(gradient), at(out), g.batch, g.outChannels, sizeOf(g.output)], {
      units: g.outChannels,
      work: NS.value * gradient.length,
    });
  }

  maxPool(g: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    const p = prepare(this.#machine, `conv ${g.key}`, () => forwardCorrelation(g));
    this.#machine.share('maxPool', [p.pointer, at(x), at(out), at(winners), g.stride[2], g.dilation[2], p.tableW], {
      units: g.batch * g.outChannels,
      work: NS.value * out.length * sizeOf(g.kernel),
    });
  }

  maxPoolGradient(g: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    const p = prepare(this.#machine, `conv ${g.key}`, () => forwardCorrelation(g));
    this.#machine.share('maxPoolGradient', [p.pointer, at(gradient), at(winners), at(out), g.stride[2], p.tableW], {
      units: g.batch * g.outChannels,
      work: NS.value * (4 * gradient.length + out.length),
    });
  }

  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void {
    const [p = 0, q = 0, r = 0] = params;
    if (hasProgram(name)) {
      const [a, b = a, c = a] = inputs.map(at);
      this.#machine.share(name, [a, b, c, at(out), p, q, r], { units: out.length, step: 16, work: NS.value * (inputs.length + 1) * out.length });
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

  #correlate(p: Prepared, scratch: Scratch, x: number, packed: number, sparse: boolean, bias: DeviceBuffer | null, out: number, work: number): void {
    this.#machine.share('correlate', [scratch.each[0], p.pointer, x, packed, Number(sparse), bias ? at(bias) : 0, out], {
      scratch: scratch.bytes,
      units: p.strips,
      work,
    });
  }

  /** @returns false where sums of products are cheaper, or a number is not finite, whose like it would spread over a tile */
  #winograd(
    key: string,
    p: Prepared,
    x: DeviceBuffer,
    kernel: DeviceBuffer,
    weights: Omit<Weights, 'kernel'>,
    bias: DeviceBuffer | null,
    out: number,
  ): boolean {
    const run = this.#machine.run;
    if (!p.winograd || !run.allFinite(at(x), x.length) || !run.allFinite(at(kernel), kernel.length)) return false;
    runWinograd(this.#machine, key, p, p.winograd, at(x), { ...weights, kernel: at(kernel) }, bias ? at(bias) : 0, out);
    return true;
  }

  #pack(g: ConvGeometry, p: Prepared, kernel: DeviceBuffer, packed: number, transposed: boolean): void {
    const [cin, cout, window] = [g.inChannels / g.groups, g.outChannels / g.groups, sizeOf(g.kernel)];
    const taps = sizeOf(p.correlation.kernel);
    const [coutStep, cinStep] = [cin * window, window];
    const pack = this.#machine.run.packKernel;
    if (transposed) pack(at(kernel), packed, g.groups, cin, cout, taps, cout * cin * window, cinStep, coutStep, p.weights);
    else pack(at(kernel), packed, g.groups, cout, cin, taps, cout * cin * window, coutStep, cinStep, p.weights);
  }
}

/**
 * Creates a backend that runs in WebAssembly.
 * @param threads how many, the calling one included. Default: one a core, at most 4, and 1 where threads cannot share memory
 * @param worthSharing nanoseconds that a job has to take, so that threads share it; tests have them share everything
 * @throws UnsupportedError where the engine has no WebAssembly with 128-bit SIMD, or not so many threads as asked for
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

/** True if the kernel covers its whole input: one output per channel, so the convolution is a matrix product. */
function isLinear(g: ConvGeometry): boolean {
  const covers = g.kernel.every((size, axis) => size === g.input[axis] && g.before[axis] === 0 && g.after[axis] === 0);
  return covers && g.groups === 1 && !g.flip;
}

/** Multiply-adds of a convolution and of each of its gradients. */
function productsOf(g: ConvGeometry): number {
  return (sizeOf(g.outShape) * g.inChannels * sizeOf(g.kernel)) / g.groups;
}

function hasProgram(name: PointwiseName): name is (typeof POINTWISE_PROGRAMS)[number] {
  return (POINTWISE_PROGRAMS as readonly string[]).includes(name);
}

function at(buffer: DeviceBuffer): number {
  const { pointer } = buffer as WasmBuffer;
  if (pointer === 0) throw new Error('a buffer was used after it was freed');
  return pointer;
}
