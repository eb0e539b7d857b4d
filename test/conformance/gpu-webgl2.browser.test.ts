import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { runConformance } from './suite.js';

runConformance({ name: 'gpu webgl2', create: () => createGpuBackend({ mode: 'webgl2' }) });
