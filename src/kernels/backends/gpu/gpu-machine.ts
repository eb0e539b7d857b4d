import { ConvlabError, UnsupportedError } from '../../../errors.js';
import type { DeviceBuffer } from '../../backend.js';
import type { Device } from './device.js';
import type { GpuValue } from './gpu-js.js';
import { type Engine, Program, ProgramCache, type ProgramText } from './gpu-program.js';

/**
 * Maximum number of cached programs, and maximum memory of the results they hold: some layers of a network, or some
 * photos.
 */
const KEPT_PROGRAMS = 256;
const KEPT_BYTES = 2 ** 29;

/** A buffer with its contents after all calls so far. */
class GpuBuffer implements DeviceBuffer {
  /** undefined: zeros */
  value: GpuValue | undefined;
  /** the reason why there is no value */
  failure: ConvlabError | undefined;
  freed = false;

  constructor(
    readonly length: number,
    readonly owner: GpuMachine,
  ) {}
}

/**
 * Buffers, and GPU.js programs that run on them. A buffer holds the latest result on the device, or values written by
 * the host; a program replaces it.
 */
export abstract class GpuMachine {
  readonly device: string;
  readonly #engine: Engine;
  readonly #device: Device;
  readonly #programs: ProgramCache;
  readonly #buffers = new Set<GpuBuffer>();
  #disposed = false;

  /** @param keptPrograms maximum number of cached programs */
  constructor(engine: Engine, device: Device, keptPrograms = KEPT_PROGRAMS) {
    this.#engine = engine;
    this.#device = device;
    this.#programs = new ProgramCache(keptPrograms, KEPT_BYTES);
    this.device = device.label;
  }

  /** Number of cached programs. */
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
    this.#replace(target, values.slice());
  }

  read(buffer: DeviceBuffer): Promise<Float32Array> {
    const [source] = this.#check([buffer]);
    return this.#download(source);
  }

  free(buffer: DeviceBuffer): void {
    const [target] = this.#check([buffer]);
    target.freed = true;
    this.#buffers.delete(target);
    this.#replace(target, undefined);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const buffer of this.#buffers) this.#replace(buffer, undefined);
    // not program by program, because GPU.js destroys its context together with the first program
    this.#engine.gpu.destroy();
  }

  /** A temporary buffer for the duration of some calls. */
  protected withScratch(length: number, use: (scratch: DeviceBuffer) => void): void {
    const scratch = this.allocate(length);
    try {
      use(scratch);
    } finally {
      this.free(scratch);
    }
  }

  /** Runs the program with this name, compiled at first use, and stores its result in `out`. */
  protected launch(name: string, text: () => ProgramText, inputs: readonly DeviceBuffer[], out: DeviceBuffer): void {
    const [target, ...sources] = this.#check([out, ...inputs]);
    const failed = sources.find(({ failure }) => failure);
    if (failed) {
      this.#replace(target, undefined, failed.failure);
      return;
    }
    const values = sources.map((source) => source.value ?? new Float32Array(source.length));
    const key = `${name} ${values.map((value) => (value instanceof Float32Array ? 'host' : 'device'))}`;
    // failures are stored in the output buffer
    try {
      const program = this.#programs.get(key, () => new Program(this.#engine, text()), 4 * target.length);
      this.#replace(target, program.run(values));
    } catch (error) {
      this.#programs.delete(key);
      this.#replace(target, undefined, this.#explain(name, error));
    }
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
    if (reason) throw new UnsupportedError('gpu', `${reason} on ${this.device}; its buffers are lost: create a new backend`);
  }

  #explain(what: string, error: unknown): ConvlabError {
    if (error instanceof ConvlabError) return error;
    const reason = this.#device.failure() ?? (error instanceof Error ? error.message : String(error));
    return new UnsupportedError('gpu', `${what} failed on ${this.device}: ${reason}`, {}, { cause: error });
  }

  #replace(buffer: GpuBuffer, value: GpuValue | undefined, failure?: ConvlabError): void {
    const old = buffer.value;
    buffer.value = value;
    buffer.failure = failure;
    if (old && !(old instanceof Float32Array)) this.#device.release(old);
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
