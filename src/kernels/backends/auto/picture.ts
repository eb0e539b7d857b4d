import type { Control } from '../../../control.js';
import type { Backend, Executable, Operand, PictureSamples } from '../../backend.js';
import type { PictureJob } from '../../job.js';
import { workOfPicture } from '../../plan/work.js';
import { Entry } from './entry.js';
import { jobFor } from './job-for.js';
import type { Kinds } from './kinds.js';

/** An image job prepared on wasm and, once it was tried there, on the GPU. */
export class AutoPicture implements Executable {
  #onGpu: Executable | undefined;
  /** the GPU on which it is prepared */
  #gpu: Backend | undefined;
  /** number of active runs */
  #running = 0;
  #isReleased = false;

  constructor(
    readonly job: PictureJob,
    readonly entry: Entry,
    readonly wasm: Backend,
    readonly onWasm: Executable,
  ) {}

  /** A call that fails on the GPU is repeated on wasm. */
  get later(): boolean {
    return this.onWasm.later === true || this.#gpu !== undefined;
  }

  /** Prepares the job on the GPU. @returns a promise of the compilation in the background, if any */
  prepareOn(gpu: Backend): Promise<unknown> | undefined {
    return this.#on(gpu).compiling;
  }

  async runOn(gpu: Backend, inputs: readonly Operand[], outputs: readonly Operand[], control?: Control): Promise<boolean> {
    return gpu.run(this.#on(gpu), inputs, outputs, [], control);
  }

  /** Runs the job on white samples, which are opaque in any case. */
  rehearse(gpu: Backend, inputs: readonly Operand[], outputs: readonly Operand[]): boolean | Promise<boolean> {
    return this.whileHeld(() => this.runOn(gpu, inputs.map(whiteAs), outputs.map(whiteAs)));
  }

  /** Calls `run`; executables released while it runs are freed afterwards. */
  whileHeld(run: () => boolean | Promise<boolean>): boolean | Promise<boolean> {
    const ended = () => {
      this.#running--;
      this.#letGo();
    };
    this.#running++;
    try {
      const result = run();
      if (result instanceof Promise) return result.finally(ended);
      ended();
      return result;
    } catch (error) {
      ended();
      throw error;
    }
  }

  release(): void {
    this.#isReleased = true;
    this.#letGo();
  }

  #on(gpu: Backend): Executable {
    if (this.#onGpu && this.#gpu === gpu) return this.#onGpu;
    const job = jobFor(this.job, gpu.abilities);
    if ('name' in job || this.#isReleased) throw new Error('it has no program for the image, or the image was released');
    this.#gpu = gpu;
    this.#onGpu = gpu.prepare(job);
    return this.#onGpu;
  }

  #letGo(): void {
    if (!this.#isReleased || this.#running > 0) return;
    this.wasm.release(this.onWasm);
    if (this.#onGpu) this.#gpu?.release(this.#onGpu);
  }
}

/** Measurements of images of one job. */
export function entryOf(job: PictureJob, kinds: Kinds): Entry {
  const work = workOfPicture(job);
  return new Entry(work, kinds.of(work), ({ abilities }) => {
    const possible = jobFor(job, abilities);
    return 'name' in possible ? possible : workOfPicture(possible);
  });
}

function whiteAs(samples: Operand): PictureSamples {
  if (samples instanceof Float32Array) return new Float32Array(samples.length).fill(1);
  return samples instanceof Uint16Array ? new Uint16Array(samples.length).fill(65535) : new Uint8ClampedArray(samples.length).fill(255);
}
