import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { runConformance } from './suite.js';

runConformance({ name: 'gpu cpu', create: () => createGpuBackend({ mode: 'cpu' }) });
