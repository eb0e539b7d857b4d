import type { Abilities, DevicePictures, Executable, Operand, PictureOutline } from '../../../backend.js';
import type { PictureJob } from '../../../job.js';

/** Pictures from samples to samples on a GPU. */
export interface GpuPictures extends DevicePictures {
  readonly abilities: Pick<Abilities, 'pictures' | 'refuses' | 'resize'>;
  prepare(job: PictureJob): Executable;
  /** As of a backend. */
  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[]): boolean | Promise<boolean>;
  release(executable: Executable): void;
  dispose(): void;
}

/** True for what only wasm has a program for: a weighted sum of colors, and values that become black or white. */
export function isGrayOrDivided({ load, store }: Pick<PictureOutline, 'load' | 'store'>): boolean {
  return load.weights !== undefined || store.least !== undefined;
}
