import type { Control } from '../../../control.js';
import { afterEvents } from '../../../turns.js';
import type { Abilities, Backend, BackendChoice, BackendChooser, DeviceBuffer, Executable, Operand, PictureBands, Work } from '../../backend.js';
import type { Job, PictureJob } from '../../job.js';
import type { Clock } from '../choice.js';
import { BEST } from './calibration.js';
import { type Call, Contest } from './contest.js';
import { Entry } from './entry.js';
import { Kinds } from './kinds.js';
import { AutoPicture, entryOf } from './picture.js';
import { Rival } from './rival.js';

/** Maximum number of remembered tensor programs; the least recently used one is forgotten first. */
const MOST_ENTRIES = 256;

/** The clock and scheduler, replaceable in tests. */
export interface Timing {
  /** milliseconds since an arbitrary origin. Default performance.now */
  readonly clock?: Clock;
  /** Runs a task after the caller has finished. Default: in a separate turn of the event loop */
  readonly later?: (task: () => void) => void;
}

/**
 * Uses wasm, and a hardware GPU for images and calls from tensors to tensors that are measured to be faster there. Buffers, and therefore
 * models, are stored on wasm.
 */
export class AutoBackend implements Backend {
  readonly name = 'auto';
  readonly abilities: Abilities;
  readonly chooser: BackendChooser;
  /** runs on wasm, so that the bits do not depend on measurements */
  readonly bands: PictureBands | undefined;
  readonly forCalls: Backend | undefined;
  readonly #wasm: Backend;
  readonly #rival: Rival;
  readonly #contest: Contest;
  readonly #kinds = new Kinds();
  readonly #entries = new Map<string, Entry>();

  /**
   * @param openGpu opens a backend on a hardware GPU; rejects if there is none; called at most once, when it could be
   * worthwhile
   */
  constructor(wasm: Backend, openGpu: () => Promise<Backend>, { clock = () => performance.now(), later = afterEvents }: Timing = {}) {
    this.#wasm = wasm;
    this.abilities = wasm.abilities;
    this.forCalls = wasm.forCalls;
    this.bands = wasm.bands && bandsOn(wasm.bands);
    this.#rival = new Rival(openGpu, wasm, clock);
    this.#contest = new Contest(this.#rival, clock, later);
    this.chooser = {
      among: [wasm.name, 'gpu'],
      run: async (work, call) => this.#runTensors(this.#entryOf(work), call),
      expect: (call, cost) => this.#expect(call, cost),
      latest: (executable) => (executable instanceof AutoPicture ? this.#contest.chosen(executable.entry, wasm) : undefined),
    };
  }

  get device(): string {
    const { gpu } = this.#rival;
    return gpu ? `${this.#wasm.device}, and ${gpu.backend.device}` : this.#wasm.device;
  }

  /** True if wasm is lost; a lost GPU is simply no longer used. */
  get lost(): boolean {
    return this.#wasm.lost === true;
  }

  allocate(length: number): DeviceBuffer {
    return this.#wasm.allocate(length);
  }

  write(buffer: DeviceBuffer, values: Float32Array): void {
    this.#wasm.write(buffer, values);
  }

  read(buffer: DeviceBuffer, into?: Float32Array, control?: Control): Promise<Float32Array> {
    return this.#wasm.read(buffer, into, control);
  }

  free(buffer: DeviceBuffer): void {
    this.#wasm.free(buffer);
  }

  prepare(job: Job): Executable {
    const onWasm = this.#wasm.prepare(job);
    return job.operation === 'picture' ? new AutoPicture(job, entryOf(job, this.#kinds), this.#wasm, onWasm) : onWasm;
  }

  run(
    executable: Executable,
    inputs: readonly Operand[],
    outputs: readonly Operand[],
    parameters?: readonly number[],
    control?: Control,
  ): boolean | Promise<boolean> {
    if (!(executable instanceof AutoPicture)) return this.#wasm.run(executable, inputs, outputs, parameters, control);
    const { entry, onWasm } = executable;
    if (entry.state === 'small') return this.#wasm.run(onWasm, inputs, outputs, [], control);
    const call: Call<boolean> = {
      signal: control?.signal,
      wasm: () => this.#wasm.run(onWasm, inputs, outputs, [], control),
      prepare: (gpu) => executable.prepareOn(gpu),
      gpu: (gpu) => executable.runOn(gpu, inputs, outputs, control),
      rehearse: (gpu) => executable.rehearse(gpu, inputs, outputs),
    };
    return executable.whileHeld(() => this.#contest.run(entry, call));
  }

  release(executable: Executable): void {
    if (executable instanceof AutoPicture) executable.release();
    else this.#wasm.release(executable);
  }

  allocateBytes(length: number): Uint8ClampedArray {
    return this.#wasm.allocateBytes?.(length) ?? new Uint8ClampedArray(length);
  }

  freeBytes(bytes: Uint8ClampedArray): boolean {
    return this.#wasm.freeBytes?.(bytes) ?? false;
  }

  dispose(): void {
    this.#rival.dispose();
    this.#wasm.dispose();
  }

  #runTensors<T>(entry: Entry, call: (on: Backend, chosen?: BackendChoice) => Promise<T>): T | Promise<T> {
    const chosen = () => this.#contest.chosen(entry, this.#wasm);
    return this.#contest.run(entry, { wasm: () => call(this.#wasm, chosen()), gpu: (gpu) => call(gpu, chosen()), rehearse: (gpu) => call(gpu) });
  }

  #entryOf(work: Work): Entry {
    const key = `${work.kind} ${work.up} ${work.down}`;
    const entry = this.#entries.get(key) ?? new Entry(work, this.#kinds.of(work));
    // the map is in the order of last use
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > MOST_ENTRIES) this.#entries.delete(this.#entries.keys().next().value as string);
    return entry;
  }

  async #expect(call: PictureJob | Work, cost: number): Promise<BackendChoice> {
    if (cost >= BEST.roundTrip) await this.#rival.look();
    return this.#contest.chosen('operation' in call ? entryOf(call, this.#kinds) : new Entry(call, this.#kinds.of(call)), this.#wasm, cost);
  }
}

/** Bands of images that were prepared on wasm and possibly on a GPU. */
function bandsOn(wasm: PictureBands): PictureBands {
  const own = (executable: Executable) => (executable instanceof AutoPicture ? executable.onWasm : executable);
  return {
    unit: (executable) => wasm.unit(own(executable)),
    source: (executable, rows) => wasm.source(own(executable), rows),
    run: (executable, ...rest) => wasm.run(own(executable), ...rest),
    measure: (executable, ...rest) => wasm.measure(own(executable), ...rest),
  };
}
