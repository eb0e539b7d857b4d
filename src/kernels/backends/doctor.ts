import type { Backend } from '../backend.js';
import type { Calibration } from './auto/calibration.js';
import { wordsOf } from './auto/rival.js';
import { GPU_MODES, type GpuMode } from './gpu/modes.js';

export type { Calibration };

/** Diagnosis of one backend. */
export interface BackendReport {
  readonly backend: Backend['name'];
  /** For `gpu`: the mode of GPU.js. */
  readonly mode?: GpuMode;
  /** True if it started and, for `gpu`, passed a float32 test. */
  readonly available: boolean;
  /** The device, e.g. `webgl2 (SwiftShader)`; only if available. */
  readonly device?: string;
  /** For `gpu`: true for hardware, false for a software GPU; only if available. */
  readonly hardware?: boolean;
  /** Why it is not available, or a note about its use. */
  readonly reason?: string;
}

/** The result of {@link diagnose}. */
export interface Diagnosis {
  /** GPU modes first, in the order in which `'gpu'` tries them. */
  readonly backends: readonly BackendReport[];
  /** The choice of `createBackend('auto')` and the reason; undefined if `wasm` is not available. */
  readonly auto: AutoReport | undefined;
}

/** Diagnosis of `auto`. */
export interface AutoReport extends BackendReport {
  /** Measurements of a hardware GPU. They predict the time of calls until the calls themselves are measured. */
  readonly calibration?: Calibration;
}

/**
 * Tests every backend. It never throws: backends that do not run are part of the report.
 * @example
 * ```ts
 * import { diagnose } from 'convlab';
 *
 * const { backends, auto } = await diagnose();
 * for (const { backend, mode = '', available, device, reason } of backends) console.log(backend, mode, available ? device : reason);
 * console.log(`auto takes ${auto?.device}: ${auto?.reason}`);
 * ```
 */
export async function diagnose(): Promise<Diagnosis> {
  const gpus: BackendReport[] = [];
  for (const mode of GPU_MODES) gpus.push(await examineGpu(mode));
  const wasm = await examineWasm();
  const { ReferenceBackend } = await import('./reference/reference.js');
  const reference: BackendReport = { backend: 'reference', available: true, device: new ReferenceBackend().device, reason: 'for tests; auto never selects it' };

  const auto = wasm.available ? await examineAuto(wasm) : undefined;
  return { backends: [...gpus, wasm, reference], auto };
}

async function examineAuto({ device }: BackendReport): Promise<AutoReport> {
  try {
    const gpu = await (await import('./gpu/hardware-gpu.js')).createHardwareGpu();
    const wasm = await (await import('./wasm/wasm.js')).createWasmBackend();
    const { calibrate } = await import('./auto/calibrate.js');
    const calibration = await calibrate(gpu, wasm, () => performance.now());
    for (const each of [gpu, wasm]) each.dispose();
    const reason = 'wasm, and the GPU for calls that are measured to be faster there';
    return { backend: 'auto', available: true, device: `${device}, and ${gpu.device}`, reason, calibration };
  } catch (error) {
    return { backend: 'auto', available: true, device, reason: `no hardware GPU was found (${wordsOf(error)})` };
  }
}

async function examineGpu(mode: GpuMode): Promise<BackendReport> {
  // as in create.ts: loaded only on request
  const { messageOf, openGpu } = await import('./gpu/create-gpu.js');
  try {
    const { engine, device } = await openGpu(mode);
    await engine.gpu.destroy();
    const { label, caveat } = device;
    return { backend: 'gpu', mode, available: true, device: label, hardware: !caveat, ...(caveat && { reason: caveat }) };
  } catch (error) {
    return { backend: 'gpu', mode, available: false, reason: messageOf(error) };
  }
}

async function examineWasm(): Promise<BackendReport> {
  try {
    const backend = await (await import('./wasm/wasm.js')).createWasmBackend();
    backend.dispose();
    return { backend: 'wasm', available: true, device: backend.device };
  } catch (error) {
    const { messageOf } = await import('./gpu/create-gpu.js');
    return { backend: 'wasm', available: false, reason: messageOf(error) };
  }
}
