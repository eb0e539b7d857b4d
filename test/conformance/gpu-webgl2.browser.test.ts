import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { CONV_CASES } from './cases.js';
import { runConformance, shareOfGpu } from './suite.js';

runConformance({ name: 'gpu webgl2', cases: shareOfGpu(CONV_CASES, 0), create: () => createGpuBackend({ mode: 'webgl2' }) });
