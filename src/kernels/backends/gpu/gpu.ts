import { ConvlabError, UnsupportedError } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import type { Backend, DeviceBuffer } from '../../backend.js';
import type { ConvGeometry } from '../../geometry.js';
import type { PointwiseName } from '../../pointwise.js';
import { addPartsProgram, biasGradientProgram, convProgram, inputGradientProgram, kernelGradientProgram, type Reduction, reduction } from './conv-programs.js';
import type { Device } from './device.js';
import type { Value } from './gpu-js.js';
import { foldProgram, paddedGeometry, padProgram } from './padding-programs.js';
import { pointwiseProgram } from './pointwise-program.js';
import { gatherWinnersProgram, maxPoolGradientProgram, winnersProgram } from './pool-programs.js';
import { type Engine, Program, ProgramCache, type ProgramText } from './program.js';

/** Programs that are kept, and the memory that the results they hold may take: some layers of a network, or some photos. */
const KEPT_PROGRAMS = 256;
const KEPT_BYTES = 2 ** 29;

/** What a buffer holds once everything called so far has run. */
class GpuBuffer implements DeviceBuffer {
  /** undefined: zeros */
  value: Value | undefined;
  /** why there is no value */
  failure: ConvlabError | undefined;
  freed = false;

  constructor(
    readonly length: number,
    readonly owner: GpuBackend,
  ) {}
}

/**
 * The operators as GPU.js programs. A buffer holds the latest result on the device, or what was written on the host;
 * an operator replaces it. Where GPU.js answers later (webgpu) calls wait in line, else they run at once.
 */
export class GpuBackend implements Backend {
  readonly name = 'gpu';
  readonly device: string;
  readonly #engine: Engine;
  readonly #device: Device;
  readonly #programs: ProgramCache;
  readonly #buffers = new Set<GpuBuffer>();
  /** The end of the line; undefined where there is none. */
  #line: Promise<void> | undefined;
  #disposed = false;

  /** Use createGpuBackend. @param keptPrograms how many compiled programs are kept */
  constructor(engine: Engine, device: Device, keptPrograms = KEPT_PROGRAMS) {
    this.#engine = engine;
    this.#device = device;
    this.#programs = new ProgramCache(keptPrograms, KEPT_BYTES);
    this.#line = engine.mode === 'webgpu' ? Promise.resolve() : undefined;
    this.device = device.label;
  }

  /** How many compiled programs are held. */
  get programs(): number {
    return this.#programs.size;
  }

  allocate(length: number): GpuBuffer {
    this.#check([]);
    const { maxLength, limit, label } = this.#device;
    if (length > maxLength)
      throw new UnsupportedError('gpu', `a buffer on ${label} holds at most ${maxLength} values (${limit}), received ${length}`, { length });
    const buffer = new GpuBuffer(length, this);
    this.#buffers.add(buffer);
    return buffer;
  }

  write(buffer: DeviceBuffer, values: Float32Array): void {
    const [target] = this.#check([buffer]);
    const copy = values.slice();
    this.#inLine(() => this.#replace(target, copy));
  }

  read(buffer: DeviceBuffer): Promise<Float32Array> {
    const [source] = this.#check([buffer]);
    return new Promise((resolve, reject) => {
      this.#inLine(() => {
        this.#download(source).then(resolve, reject);
      });
    });
  }

  free(buffer: DeviceBuffer): void {
    const [target] = this.#check([buffer]);
    target.freed = true;
    this.#buffers.delete(target);
    this.#inLine(() => this.#replace(target, undefined));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#inLine(() => {
      for (const buffer of this.#buffers) this.#replace(buffer, undefined);
      // not program by program: GPU.js gives up its context along with the first program it finds
      return this.#engine.gpu.destroy();
    });
  }

  conv(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    if (!bias) {
      this.#withScratch(g.outChannels, (zeros) => this.conv(g, x, kernel, zeros, out));
      return;
    }
    this.#withPadding(g, x, (pg, px) => this.#run(`conv ${g.key}`, () => convProgram(pg), [px, kernel, bias], out));
  }

  convInputGradient(g: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    // padding that shows nothing of x passes no gradient on
    if (g.paddingMode === 'zero' || g.paddingMode === 'constant' || !hasPadding(g)) {
      this.#run(`convInputGradient ${g.key}`, () => inputGradientProgram(g), [gradient, kernel], out);
      return;
    }
    const pg = paddedGeometry(g);
    this.#withScratch(g.batch * g.inChannels * sizeOf(pg.input), (padded) => {
      this.#run(`convInputGradient, padded ${g.key}`, () => inputGradientProgram(pg), [gradient, kernel], padded);
      this.#run(`fold ${g.key}`, () => foldProgram(g), [padded], out);
    });
  }

  convKernelGradient(g: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    this.#withPadding(g, x, (pg, px) => {
      const { parts } = reduction(g, out.length);
      this.#addParts(parts, out, (to) => this.#run(`convKernelGradient ${g.key}`, () => kernelGradientProgram(pg), [px, gradient], to));
    });
  }

  convBiasGradient(g: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    const { parts } = reduction(g, out.length);
    this.#addParts(parts, out, (to) => this.#run(`convBiasGradient ${g.key}`, () => biasGradientProgram(g), [gradient], to));
  }

  maxPool(g: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    // two programs, because one returns one result on webgpu
    this.#run(`maxPool ${g.key}`, () => winnersProgram(g), [x], winners);
    this.#run(`maxPool, winners' values ${g.key}`, () => gatherWinnersProgram(g), [x, winners], out);
  }

  maxPoolGradient(g: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    this.#run(`maxPoolGradient ${g.key}`, () => maxPoolGradientProgram(g), [gradient, winners], out);
  }

  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void {
    const run = (...numbers: DeviceBuffer[]) => this.#run(`${name} of ${out.length}`, () => pointwiseProgram(name, out.length), [...inputs, ...numbers], out);
    if (params.length === 0) run();
    else {
      this.#withScratch(params.length, (numbers) => {
        this.write(numbers, Float32Array.from(params));
        run(numbers);
      });
    }
  }

  /** Zero padding is left to the programs; any other is laid out first. */
  #withPadding(g: ConvGeometry, x: DeviceBuffer, use: (g: ConvGeometry, x: DeviceBuffer) => void): void {
    if (g.paddingMode === 'zero' || !hasPadding(g)) {
      use(g, x);
      return;
    }
    const pg = paddedGeometry(g);
    this.#withScratch(g.batch * g.inChannels * sizeOf(pg.input), (padded) => {
      this.#run(`pad ${g.key}`, () => padProgram(g), [x], padded);
      use(pg, padded);
    });
  }

  /** Long sums are computed in parts, side by side and more exactly. */
  #addParts(parts: Reduction['parts'], out: DeviceBuffer, sum: (to: DeviceBuffer) => void): void {
    if (parts === 1) {
      sum(out);
      return;
    }
    this.#withScratch(parts * out.length, (to) => {
      sum(to);
      this.#run(`add ${parts} parts of ${out.length}`, () => addPartsProgram(parts, out.length), [to], out);
    });
  }

  #withScratch(length: number, use: (scratch: DeviceBuffer) => void): void {
    const scratch = this.allocate(length);
    try {
      use(scratch);
    } finally {
      this.free(scratch);
    }
  }

  /** Runs the program of this name, compiled at first use, and puts its result in `out`. */
  #run(name: string, text: () => ProgramText, inputs: readonly DeviceBuffer[], out: DeviceBuffer): void {
    const [target, ...sources] = this.#check([out, ...inputs]);
    this.#inLine(() => {
      const failed = sources.find(({ failure }) => failure);
      if (failed) return this.#replace(target, undefined, failed.failure);
      const values = sources.map((source) => source.value ?? new Float32Array(source.length));
      const key = `${name} ${values.map((value) => (value instanceof Float32Array ? 'host' : 'device'))}`;
      const fail = (error: unknown) => {
        this.#programs.delete(key);
        this.#replace(target, undefined, this.#explain(name, error));
      };
      const done = (value: Value) => this.#replace(target, value);
      try {
        const program = this.#programs.get(key, () => new Program(this.#engine, text()), 4 * target.length);
        const launch = () => this.#device.watch(() => program.run(values));
        const building = program.build(values);
        const result = building ? building.then(launch) : launch();
        if (result instanceof Promise) return result.then(done, fail);
        done(result);
      } catch (error) {
        fail(error);
      }
    });
  }

  async #download({ failure, value, length }: GpuBuffer): Promise<Float32Array> {
    this.#refuseIfFailed();
    if (failure) throw failure;
    if (!value) return new Float32Array(length);
    if (value instanceof Float32Array) return value.slice();
    try {
      const values = await this.#device.download(value, length);
      this.#refuseIfFailed();
      return values;
    } catch (error) {
      throw this.#explain('read', error);
    }
  }

  #refuseIfFailed(): void {
    const reason = this.#device.failure();
    if (reason) throw new UnsupportedError('gpu', `${reason} on ${this.device}; its buffers hold nothing any more: create a new backend`);
  }

  #explain(what: string, error: unknown): ConvlabError {
    if (error instanceof ConvlabError) return error;
    const reason = this.#device.failure() ?? (error instanceof Error ? error.message : String(error));
    return new UnsupportedError('gpu', `${what} failed on ${this.device}: ${reason}`, {}, { cause: error });
  }

  #replace(buffer: GpuBuffer, value: Value | undefined, failure?: ConvlabError): void {
    const old = buffer.value;
    buffer.value = value;
    buffer.failure = failure;
    if (old && !(old instanceof Float32Array)) this.#device.release(old);
  }

  /** Every step ends well: what fails is kept in the buffer it should have filled. */
  #inLine(step: () => void | Promise<void>): void {
    if (this.#line) this.#line = this.#line.then(step);
    else step();
  }

  #check(buffers: readonly DeviceBuffer[]): GpuBuffer[] {
    if (this.#disposed) throw new UnsupportedError('gpu', 'the backend was disposed of; create a new one');
    for (const buffer of buffers) {
      if (!(buffer instanceof GpuBuffer) || buffer.owner !== this) throw new UnsupportedError('gpu', 'received a buffer of another backend', { buffer });
      if (buffer.freed) throw new UnsupportedError('gpu', `received a buffer of ${buffer.length} values that was freed`, { buffer });
    }
    return buffers as GpuBuffer[];
  }
}

function hasPadding(g: ConvGeometry): boolean {
  return [...g.before, ...g.after].some((cells) => cells > 0);
}
