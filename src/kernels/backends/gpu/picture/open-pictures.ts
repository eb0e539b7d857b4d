import type { Device } from '../device.js';
import type { Engine } from '../gpu-program.js';
import type { WebGpuDevice } from '../webgpu-device.js';
import { Room } from '../wgsl/room.js';
import { GlPictures } from './gl-pictures.js';
import type { GpuPictures } from './gpu-pictures.js';
import { PictureRoom } from './picture-room.js';

/** @returns undefined where there are no programs for pictures: they go over planes */
export function openPictures(engine: Engine, device: Device): GpuPictures | undefined {
  if ('gpu' in device) return new PictureRoom(new Room(device as WebGpuDevice));
  return engine.mode === 'webgl2' && device.context ? new GlPictures(engine, device, device.context) : undefined;
}
