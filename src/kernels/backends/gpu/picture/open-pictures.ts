import type { Device } from '../device.js';
import type { Engine } from '../gpu-program.js';
import { GlPictures } from './gl-pictures.js';
import type { GpuPictures } from './gpu-pictures.js';

/**
 * Image filters through GPU.js.
 * @returns undefined if there are no programs for them, so images are computed on planes
 */
export function openPictures(engine: Engine, device: Device): GpuPictures | undefined {
  return engine.mode === 'webgl2' && device.context ? new GlPictures(engine, device, device.context) : undefined;
}
