import type { Abilities, DevicePictures, Executable, Operand, PictureOutline } from '../../../backend.js';
import type { PictureJob } from '../../../job.js';

/** Image filters on a GPU, from samples to samples. */
export interface GpuPictures extends DevicePictures {
  readonly abilities: Pick<Abilities, 'pictures' | 'refuses' | 'resize'>;
  prepare(job: PictureJob): Executable;
  /** Like {@link Backend.run}. */
  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[]): boolean | Promise<boolean>;
  release(executable: Executable): void;
  dispose(): void;
}

/** True for jobs that only wasm has a program for: a weighted sum of colors, and thresholds. */
export function isGrayOrDivided({ load, store }: Pick<PictureOutline, 'load' | 'store'>): boolean {
  return load.weights !== undefined || store.least !== undefined;
}
