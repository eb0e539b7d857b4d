import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { CONV_CASES } from './cases.js';
import { runConformance, shareOfGpu } from './suite.js';

runConformance({ name: 'gpu webgpu', cases: shareOfGpu(CONV_CASES, 1), create: () => createGpuBackend({ mode: 'webgpu' }) });
