import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { casesForGpu, runConformance } from './suite.js';

runConformance({ name: 'gpu webgpu', cases: casesForGpu(1), create: () => createGpuBackend({ mode: 'webgpu' }) });
