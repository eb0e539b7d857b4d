import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { runConformance } from './suite.js';

runConformance({ name: 'wasm', create: createWasmBackend });
