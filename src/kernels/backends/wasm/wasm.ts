import { UnsupportedError } from '../../../errors.js';
import type { Backend, DeviceBuffer, Executable, Operand } from '../../backend.js';
import { CONV_PROGRAMS, type Job, PICTURE_SUMS } from '../../job.js';
import { NOWHERE } from './address.js';
import { loadPrograms } from './load-programs.js';
import { Machine } from './machine.js';
import { addressOf, prepareJob, type Start, type WasmBuffer } from './prepare-job.js';
import { Tables } from './tables.js';
import { cores, obstacle } from './thread-host.js';
import { ThreadPool } from './thread-pool.js';

/** More threads compete for memory bandwidth, and with other work on the machine. */
const DEFAULT_THREADS = 4;

interface WasmExecutable extends Executable {
  readonly start: Start;
  readonly tables: readonly Tables[];
}

const abandoned = new FinalizationRegistry((tables: readonly Tables[]) => {
  for (const each of tables) each.free();
});

/**
 * AssemblyScript programs with 128-bit SIMD. Calls return when they are done, on any number of threads; only the calling one
 * allocates. Buffers are ranges of the wasm memory.
 */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly abilities = { programs: CONV_PROGRAMS, pictures: PICTURE_SUMS, resize: true };
  readonly device: string;
  readonly #machine: Machine;

  /** Use {@link createWasmBackend}. */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.device = `wasm simd, ${machine.threads} thread${machine.threads === 1 ? '' : 's'}`;
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
  }

  prepare(job: Job): WasmExecutable {
    const [shared, own] = [this.#machine, this.#machine.own].map((machine) => new Tables(machine));
    const executable = { job, tables: [shared, own], start: prepareJob(job, shared, own) };
    // an executable that nobody holds any more, and nobody released
    abandoned.register(executable, executable.tables, executable);
    return executable;
  }

  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[], parameters: readonly number[] = []): boolean {
    return (executable as WasmExecutable).start(inputs, outputs, parameters);
  }

  release(executable: Executable): void {
    abandoned.unregister(executable);
    for (const tables of (executable as WasmExecutable).tables) tables.free();
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
 * @param handOver nanoseconds that handing a job over to threads is first taken to cost, see `Sharing`; 0: they share everything, as in tests
 * @param bandRows rows of a picture that are filtered at a time, for tests: any number gives the same bits
 * @throws UnsupportedError where the engine has no WebAssembly with 128-bit SIMD, or fewer threads than asked for
 */
export async function createWasmBackend(threads?: number, handOver?: number, bandRows?: number): Promise<Backend> {
  const reason = obstacle();
  if (threads !== undefined && threads > 1 && reason)
    throw new UnsupportedError('createBackend', `threads must be 1 here, received ${threads}: ${reason}`, { threads });
  const count = reason ? 1 : (threads ?? Math.min(cores(), DEFAULT_THREADS));
  if (count > 1) {
    const loaded = await loadPrograms(true);
    try {
      const [pool, own] = await Promise.all([ThreadPool.start(loaded, count), loadPrograms(false)]);
      return new WasmBackend(new Machine(loaded, pool, handOver, new Machine(own)));
    } catch (cause) {
      if (threads !== undefined)
        throw new UnsupportedError('createBackend', `${threads} threads could not be started: ${(cause as Error).message}`, { threads }, { cause });
    }
  }
  return new WasmBackend(new Machine(await loadPrograms(false), undefined, undefined, undefined, bandRows));
}
