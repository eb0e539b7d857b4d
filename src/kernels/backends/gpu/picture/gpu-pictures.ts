import type { Abilities, DevicePictures, Executable, Operand } from '../../../backend.js';
import type { PictureJob } from '../../../job.js';
import type { Device } from '../device.js';
import type { Engine } from '../gpu-program.js';
import type { WebGpuDevice } from '../webgpu-device.js';
import { Room } from '../wgsl/room.js';
import { GlPictures } from './gl-pictures.js';
import { PictureRoom } from './picture-room.js';

/** Pictures from samples to samples on a GPU. */
export interface GpuPictures extends DevicePictures {
  readonly abilities: Pick<Abilities, 'pictures' | 'refuses'>;
  prepare(job: PictureJob): Executable;
  /** As of a backend. */
  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[]): boolean | Promise<boolean>;
  release(executable: Executable): void;
  dispose(): void;
}

/** @returns undefined where there are no programs for pictures: they go over planes */
export function gpuPictures(engine: Engine, device: Device): GpuPictures | undefined {
  if ('gpu' in device) return new PictureRoom(new Room(device as WebGpuDevice));
  return engine.mode === 'webgl2' && device.context ? new GlPictures(engine, device, device.context) : undefined;
}
