import { type Command, Option } from 'commander';
import { BACKENDS, type BackendName, GPU_MODES, type GpuMode } from '../kernels/backends/create.js';
import { number } from './values.js';

/** Which backend a command runs on. */
export interface BackendFlags {
  backend: BackendName;
  gpuMode?: GpuMode;
  threads?: number;
}

/** `--backend`, `--gpu-mode` and `--threads`. */
export function addBackendOptions(command: Command): Command {
  return command
    .addOption(new Option('--backend <name>', 'what computes').choices(BACKENDS).default('auto'))
    .addOption(new Option('--gpu-mode <mode>', 'with --backend gpu: which of its modes').choices(GPU_MODES))
    .option('--threads <n>', 'where wasm computes: on how many threads (default: one a core, at most 4)', number);
}
