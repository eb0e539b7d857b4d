import type { Control } from '../../../control.js';
import { UnsupportedError } from '../../../errors.js';
import { cores, obstacle } from '../../../thread-host.js';
import type { Backend, DeviceBuffer, Executable, Operand, PictureBands, PictureSamples } from '../../backend.js';
import { CONV_PROGRAMS, type Job, PICTURE_SUMS } from '../../job.js';
import { NOWHERE } from './address.js';
import { Background } from './background.js';
import { addressOf, type WasmBuffer } from './buffer.js';
import { ForCalls } from './for-calls.js';
import { loadPrograms } from './load-programs.js';
import { Machine } from './machine.js';
import type { RunBands } from './picture/picture-bands.js';
import { prepareJob, type Start } from './prepare-job.js';
import { TableSet } from './table-set.js';
import { ThreadPool } from './thread-pool.js';

/** More threads would compete for memory bandwidth and with other work on the machine. */
const DEFAULT_THREADS = 4;

interface WasmExecutable extends Executable {
  readonly start: Start;
  readonly tables: TableSet;
}

/** @throws Error if it is not an image job */
function bandsOf(executable: Executable): RunBands {
  const { bands } = (executable as WasmExecutable).start;
  if (!bands) throw new Error(`a job of the operation ${executable.job.operation} has no bands`);
  return bands;
}

/**
 * AssemblyScript programs with 128-bit SIMD, on any number of threads. Runs return when they are complete, except for
 * long image jobs and long calls ({@link ForCalls}), which continue in the background. Buffers are ranges of the wasm
 * memory; only the calling thread allocates.
 */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly abilities = { programs: CONV_PROGRAMS, pictures: PICTURE_SUMS, resize: true, comparison: true, histogram: true };
  readonly device: string;
  readonly bands: PictureBands = {
    unit: (executable) => bandsOf(executable).unit,
    source: (executable, rows) => bandsOf(executable).source(rows),
    run(executable, inputs, output, band, control, range) {
      const [image, mask] = inputs as readonly PictureSamples[];
      const done = bandsOf(executable).run(image, output as PictureSamples, mask, band, control, range);
      return typeof done === 'boolean' ? done : done.finally(() => executable);
    },
    measure(executable, inputs, band, control) {
      const [image, mask] = inputs as readonly PictureSamples[];
      return bandsOf(executable)
        .measure(image, mask, band, control)
        .finally(() => executable);
    },
  };
  readonly forCalls: Backend | undefined;
  readonly #machine: Machine;
  readonly #background: Background | undefined;

  /** Use {@link createWasmBackend}. */
  constructor(machine: Machine, background?: Background) {
    this.#machine = machine;
    this.#background = background;
    this.device = `wasm simd, ${machine.threads} thread${machine.threads === 1 ? '' : 's'}`;
    this.forCalls = background && new ForCalls(this, machine, background);
  }

  get lost(): boolean {
    return this.#machine.lost;
  }

  allocate(length: number): WasmBuffer {
    const address = this.#machine.allocate(4 * length);
    this.#machine.run.clear(address, 4 * length);
    return { length, address };
  }

  write(buffer: DeviceBuffer, values: Float32Array): void {
    this.#machine.floats(addressOf(buffer), buffer.length).set(values);
  }

  async read(buffer: DeviceBuffer, into?: Float32Array): Promise<Float32Array> {
    const values = this.#machine.floats(addressOf(buffer), buffer.length);
    if (!into) return values.slice();
    into.set(values);
    return into;
  }

  free(buffer: DeviceBuffer): void {
    this.#machine.free(addressOf(buffer));
    (buffer as WasmBuffer).address = NOWHERE;
  }

  dispose(): void {
    this.#machine.dispose();
    this.#background?.dispose();
  }

  prepare(job: Job): WasmExecutable {
    const tables = new TableSet();
    const start = prepareJob(job, tables.on, this.#machine, this.#background);
    return tables.heldBy({ job, tables, start, later: start.later }, this.#background);
  }

  run(
    executable: Executable,
    inputs: readonly Operand[],
    outputs: readonly Operand[],
    parameters: readonly number[] = [],
    control?: Control,
  ): boolean | Promise<boolean> {
    const done = (executable as WasmExecutable).start(inputs, outputs, parameters, control);
    // its tables are kept as long as it is referenced
    return typeof done === 'boolean' ? done : done.finally(() => executable);
  }

  release(executable: Executable): void {
    (executable as WasmExecutable).tables.release(executable, this.#background);
  }

  allocateBytes(length: number): Uint8ClampedArray {
    return this.#machine.allocateBytes(length);
  }

  freeBytes(bytes: Uint8ClampedArray): boolean {
    return this.#machine.freeBytes(bytes);
  }
}

export interface WasmSettings {
  /**
   * Initial guess of the cost of handing over a job to threads, in nanoseconds, see `Sharing`; 0: threads share
   * everything, as in tests.
   */
  readonly handOver?: number;
  /** Rows per band, for tests; it does not affect the bits. */
  readonly bandRows?: number;
  /** Long image jobs also block the caller. Default false */
  readonly blocking?: boolean;
  /** See {@link Background}; 0: no image job blocks, as in tests. */
  readonly longestBlock?: number;
}

/**
 * Creates a backend that runs in WebAssembly.
 * @param threads number of threads, including the calling one. Default: one per core, at most 4; 1 if threads cannot
 * share memory
 * @throws UnsupportedError if the engine does not support WebAssembly with 128-bit SIMD, or the requested number of
 * threads
 */
export async function createWasmBackend(threads?: number, { handOver, bandRows, blocking = false, longestBlock }: WasmSettings = {}): Promise<Backend> {
  const reason = obstacle();
  if (threads !== undefined && threads > 1 && reason)
    throw new UnsupportedError('createBackend', `threads must be 1 in this environment, received ${threads}: ${reason}`, { threads });
  const count = reason ? 1 : (threads ?? Math.min(cores(), DEFAULT_THREADS));
  const background = blocking ? undefined : new Background(count, longestBlock, bandRows);
  if (count > 1) {
    const loaded = await loadPrograms(true);
    try {
      const [pool, own] = await Promise.all([ThreadPool.start(loaded, count), loadPrograms(false)]);
      return new WasmBackend(new Machine(loaded, pool, { handOver, own: new Machine(own, undefined, { bandRows }), bandRows }), background);
    } catch (cause) {
      if (threads !== undefined)
        throw new UnsupportedError('createBackend', `${threads} threads could not be started: ${(cause as Error).message}`, { threads }, { cause });
    }
  }
  return new WasmBackend(new Machine(await loadPrograms(false), undefined, { bandRows }), background);
}
