import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { casesForGpu, runConformance } from './suite.js';

runConformance({ name: 'gpu webgl2', cases: casesForGpu(0), create: () => createGpuBackend({ mode: 'webgl2' }) });
