import { UnsupportedError } from '../../../errors.js';
import type { Backend } from '../../backend.js';
import { createGpuBackend, lookFor, messageOf, surface } from './create-gpu.js';
import { SOFTWARE_GPU } from './device.js';
import { glDevice } from './gl-device.js';
import type { GpuMode } from './modes.js';
import { isSoftware } from './webgpu-device.js';

/** Modes in which the driver reports its hardware. */
const MODES = ['webgpu', 'webgl2'] as const satisfies readonly GpuMode[];

/**
 * A backend on a hardware GPU. GPU.js is loaded only if there is one.
 * @throws UnsupportedError with the reason for every mode that was tried
 */
export async function createHardwareGpu(): Promise<Backend> {
  const reasons: string[] = [];
  for (const mode of MODES) {
    try {
      await lookFor(mode);
      const caveat = mode === 'webgpu' ? await webGpuCaveat() : webGl2Caveat();
      if (caveat) throw new Error(caveat);
      return await createGpuBackend({ mode });
    } catch (error) {
      reasons.push(`${mode}: ${messageOf(error)}`);
    }
  }
  throw new UnsupportedError('createBackend', reasons.join('; '), { modes: MODES });
}

async function webGpuCaveat(): Promise<string | undefined> {
  const adapter = await navigator.gpu.requestAdapter();
  return adapter && isSoftware(adapter.info) ? SOFTWARE_GPU : undefined;
}

function webGl2Caveat(): string | undefined {
  const gl = surface('webgl2')?.context as WebGL2RenderingContext;
  const { caveat } = glDevice(gl, 'webgl2');
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return caveat;
}
