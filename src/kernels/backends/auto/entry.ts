import type { Backend, Work } from '../../backend.js';
import type { Reason } from '../../plan/reason.js';
import type { Choice } from '../choice.js';

/** Measurements of calls of one kind and size class: milliseconds per value on each backend and, once both are measured, the faster one. */
export interface Kind {
  wasm?: number;
  gpu?: number;
  choice?: Choice;
}

/** Calls that run the same programs. */
export class Entry {
  state: 'new' | 'rehearsing' | 'ready' | 'impossible' | 'small' = 'new';
  /** Where the latest call ran, and why. */
  latest: { readonly onGpu: boolean; readonly reason: Reason } | undefined;
  /** Why the calls cannot run on the GPU. */
  why: Reason = { name: 'noGpuProgram' };
  /** Milliseconds spent on wasm, and the part that the GPU would have saved. */
  taken = 0;
  saved = 0;
  #gpu: Backend | undefined;
  #work: Work | undefined;

  /** @param find returns the work on the GPU, or the reason why it cannot run it */
  constructor(
    readonly work: Work,
    readonly kind: Kind,
    private readonly find: (gpu: Backend) => Work | Reason = () => work,
  ) {}

  /** Records that the GPU refused the call. */
  refuse(reason: string): void {
    this.state = 'impossible';
    this.why = { name: 'gpuRefused', values: { reason } };
  }

  /** The work for the GPU; undefined if the GPU has no program for it. */
  workOn(gpu: Backend): Work | undefined {
    if (this.#gpu !== gpu) {
      const found = this.find(gpu);
      if ('name' in found) this.why = found;
      this.#work = 'name' in found ? undefined : found;
      this.#gpu = gpu;
    }
    return this.#work;
  }
}
