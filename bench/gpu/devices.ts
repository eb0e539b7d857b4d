import { speeds } from '../../src/cli/speeds.js';
import { type BackendReport, type Calibration, createBackend, diagnose } from '../../src/index.js';
import { calibrate } from '../../src/kernels/backends/auto/calibrate.js';

/** A GPU that convlab runs on here, and what `auto` measures of it, on software GPUs too. */
export interface Measured {
  readonly mode: string;
  readonly device: string;
  /** false: the CPU plays it */
  readonly hardware: boolean;
  readonly calibration: Calibration;
}

const MODES = ['webgpu', 'webgl2'] as const;

/** The results of doctor, and the constants of every GPU. @param tell called with every line of the report */
export async function measureDevices(
  tell: (line: string) => void,
): Promise<{ readonly backends: readonly BackendReport[]; readonly gpus: readonly Measured[] }> {
  const { backends } = await diagnose();
  for (const { backend, mode = '', available, device, reason } of backends) {
    tell(`${`${backend} ${mode}`.padEnd(16)}${available ? device : 'no:'}${reason ? ` (${reason})` : ''}`);
  }
  const gpus: Measured[] = [];
  const wasm = await createBackend('wasm');
  for (const mode of MODES) {
    const found = backends.find((each) => each.mode === mode);
    if (!found?.available) continue;
    const gpu = await createBackend('gpu', { gpuMode: mode });
    const measured = { mode, device: gpu.device, hardware: found.hardware ?? false, calibration: await calibrate(gpu, wasm, () => performance.now()) };
    gpu.dispose();
    gpus.push(measured);
    tell(`\n${gpu.device}: what auto measures${measured.hardware ? '' : ` of it\n${SOFTWARE}`}`);
    tell(speeds(measured.calibration));
  }
  wasm.dispose();
  return { backends, gpus };
}

export const SOFTWARE = 'THIS GPU IS SOFTWARE: these times say nothing about hardware.';
