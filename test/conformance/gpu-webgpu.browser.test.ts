import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { runConformance } from './suite.js';

runConformance({ name: 'gpu webgpu', create: () => createGpuBackend({ mode: 'webgpu' }) });
