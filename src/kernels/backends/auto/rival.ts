import { ConvlabError } from '../../../errors.js';
import type { Backend } from '../../backend.js';
import type { Reason } from '../../plan/reason.js';
import type { Clock } from '../choice.js';
import { calibrate } from './calibrate.js';
import type { Calibration } from './calibration.js';

/**
 * Milliseconds that a GPU must be able to save before one is searched for, because that loads its library and starts a
 * device.
 */
export const LOOKING = 250;

/** A working GPU and its calibration. */
export interface Gpu {
  readonly backend: Backend;
  readonly constants: Calibration;
}

/** The GPU as an alternative to wasm: loaded only when it is searched for, and no longer used after a failure. */
export class Rival {
  gpu: Gpu | undefined;
  /** Why there is no GPU. */
  why: Reason = { name: 'unsought', values: { milliseconds: LOOKING } };
  #looking: Promise<void> | undefined;
  #disposed = false;

  /** @param open opens a backend on a hardware GPU; rejects if there is none */
  constructor(
    private readonly open: () => Promise<Backend>,
    private readonly wasm: Backend,
    private readonly clock: Clock,
  ) {}

  /** Searches for a GPU, once. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#find();
    return this.#looking;
  }

  fail(error: unknown): void {
    this.#giveUp({ name: 'gpuFailed', values: { reason: wordsOf(error) } });
  }

  dispose(): void {
    this.#disposed = true;
    this.#giveUp(this.why);
  }

  async #find(): Promise<void> {
    let backend: Backend | undefined;
    try {
      backend = await this.open();
      const constants = await calibrate(backend, this.wasm, this.clock);
      if (this.#disposed) backend.dispose();
      else this.gpu = { backend, constants };
    } catch (error) {
      backend?.dispose();
      this.why = { name: 'noGpu', values: { reason: wordsOf(error) } };
    }
  }

  #giveUp(why: Reason): void {
    const { gpu } = this;
    this.gpu = undefined;
    this.why = why;
    try {
      gpu?.backend.dispose();
    } catch {
      // a lost device has nothing to free
    }
  }
}

/** The error message without the name of the operation. */
export function wordsOf(error: unknown): string {
  if (error instanceof ConvlabError) return error.complaint;
  return error instanceof Error ? error.message : String(error);
}
