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
  /** Where the latest of them ran, and why. */
  latest: { readonly onGpu: boolean; readonly reason: Reason } | undefined;
  /** Why they cannot run on the GPU, where they cannot. */
  why: Reason = { name: 'noGpuProgram' };
  /** Milliseconds that wasm has taken, and those of them that the GPU is expected to have saved. */
  taken = 0;
  saved = 0;
  #gpu: Backend | undefined;
  #work: Work | undefined;

  /** @param find what the GPU would do, or why it cannot */
  constructor(
    readonly work: Work,
    readonly kind: Kind,
    private readonly find: (gpu: Backend) => Work | Reason = () => work,
  ) {}

  /** The GPU did not take it. */
  refuse(reason: string): void {
    this.state = 'impossible';
    this.why = { name: 'gpuRefused', values: { reason } };
  }

  /** The work as a GPU has programs for it; undefined: it has none. */
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
