import { type Command, Option } from 'commander';
import { BACKENDS, type BackendName, GPU_MODES, type GpuMode } from '../kernels/backends/create.js';

/** Which backend a command runs on. */
export interface BackendFlags {
  backend: BackendName;
  gpuMode?: GpuMode;
}

/** `--backend` and `--gpu-mode`. */
export function addBackendOptions(command: Command): Command {
  return command
    .addOption(new Option('--backend <name>', 'what computes').choices(BACKENDS).default('auto'))
    .addOption(new Option('--gpu-mode <mode>', 'with --backend gpu: which of its modes').choices(GPU_MODES));
}
