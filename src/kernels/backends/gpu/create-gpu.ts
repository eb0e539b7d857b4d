import { UnsupportedError } from '../../../errors.js';
import { CPU_DEVICE, type Device } from './device.js';
import { glDevice } from './gl-device.js';
import { GpuBackend } from './gpu.js';
import { loadGpuJs } from './gpu-js.js';
import { type Engine, Program, type ProgramText } from './gpu-program.js';
import { GPU_MODES, type GpuMode } from './modes.js';
import { loadOptional } from './optional-package.js';
import { isWebGpu, provideWebGpu, type WebGpuContext, webGpuDevice } from './webgpu-device.js';
import { WgslBackend } from './wgsl/wgsl-backend.js';

export interface GpuOptions {
  /** The required GPU.js mode. Default: the first available one of webgpu, webgl2, webgl and headlessgl. */
  mode?: GpuMode;
  /** Maximum number of cached programs. Default 256. */
  keptPrograms?: number;
}

/**
 * Creates a backend in the first available mode: WGSL on GPU.js's device for webgpu, otherwise GPU.js programs.
 * @throws UnsupportedError with the reason for every mode tried
 */
export async function createGpuBackend({ mode, keptPrograms }: GpuOptions = {}): Promise<GpuBackend | WgslBackend> {
  const modes = mode ? [mode] : GPU_MODES.filter((name) => name !== 'cpu');
  const reasons: string[] = [];
  for (const candidate of modes) {
    try {
      const { engine, device } = await openGpu(candidate);
      if (isWebGpu(device)) return new WgslBackend(device, () => engine.gpu.destroy(), keptPrograms);
      return new GpuBackend(engine, device, keptPrograms);
    } catch (error) {
      reasons.push(`${candidate}: ${messageOf(error)}`);
    }
  }
  throw new UnsupportedError('createBackend', `no GPU is available (${reasons.join('; ')})`, { modes });
}

/** Opens GPU.js in one mode and checks that it actually runs in that mode with float32 precision. */
export async function openGpu(mode: GpuMode): Promise<{ engine: Engine; device: Device }> {
  await lookFor(mode);
  const lib = await loadGpuJs();
  const engine = { lib, gpu: new lib.GPU({ mode, ...surface(mode) }), mode };
  try {
    return { engine, device: await probe(engine) };
  } catch (error) {
    await engine.gpu.destroy();
    throw error;
  }
}

/** Reasons that can be determined without loading GPU.js. */
export async function lookFor(mode: GpuMode): Promise<void> {
  if (mode === 'webgpu') {
    await provideWebGpu();
    if (!(await navigator.gpu.requestAdapter())) throw new Error('no adapter was found');
    return;
  }
  if (mode === 'webgl2' && typeof WebGL2RenderingContext === 'undefined') throw new Error('WebGL 2 requires a browser');
  if (mode === 'webgl' && typeof WebGLRenderingContext === 'undefined') throw new Error('WebGL requires a browser');
  if (mode !== 'headlessgl') return;
  if (typeof process === 'undefined' || !process.versions?.node) throw new Error('it requires Node');
  const { default: context } = (await loadOptional('gl')) as { default: unknown };
  // the GPU.js bundled with convlab looks for it here, see scripts/gpu-js.config.ts
  Object.assign(globalThis, { convlabHeadlessGl: context });
}

/**
 * A context for GPU.js. Without one, GPU.js makes its canvas as large as its largest texture, although results are
 * never drawn there.
 */
export function surface(mode: GpuMode): { context: unknown; canvas: unknown } | undefined {
  if (mode !== 'webgl2' && mode !== 'webgl') return undefined;
  const canvas = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);
  // images are drawn on it without premultiplying their colors
  const context = canvas.getContext(mode, { premultipliedAlpha: false, depth: false, antialias: false, powerPreference: 'high-performance' });
  if (!context) throw new Error('the browser cannot create a context');
  return { context, canvas: {} };
}

/** Values that require float32: 24 bits, a sign, a non-terminating fraction, large and small ones. */
const VALUES = Float32Array.of(16777215, -1 / 3, 1e30, -1e-30, 0);
const PROBE: ProgramText = { inputs: { x: [1, 1, VALUES.length] }, axes: { i: VALUES.length }, body: 'return x[0][0][i];' };

/**
 * Runs a first program and keeps it, because GPU.js finds its context through a program. On webgpu it is the only one of
 * GPU.js: the others are WGSL on the device that it opened.
 */
async function probe(engine: Engine): Promise<Device> {
  const program = new Program(engine, PROBE);
  const value = await program.start([VALUES]);
  const device = deviceOf(engine, program.context);
  if (value instanceof Float32Array) return device;
  const read = await device.download(value, VALUES.length);
  device.release(value);
  const failure = device.failure() ?? (read.every((number, i) => number === VALUES[i]) ? undefined : `it returns ${read} for ${VALUES}`);
  if (failure) throw new Error(`${device.label} cannot be used: ${failure}`);
  return device;
}

function deviceOf({ mode }: Engine, context: unknown): Device {
  if (mode === 'cpu') return CPU_DEVICE;
  return mode === 'webgpu' ? webGpuDevice(context as WebGpuContext) : glDevice(context as WebGL2RenderingContext, mode);
}

/** The first line of an error, which contains the message; the others contain the location. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
