import { createBackend } from '../../src/index.js';
import type { Backend, DeviceBuffer } from '../../src/kernels/backend.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { runConformance } from './suite.js';

runConformance({ name: 'wasm', create: () => createBackend('wasm', { threads: 1 }) });

// the cases are small: on several threads they share even what does not pay
for (const threads of [2, 3, 4]) runConformance({ name: `wasm, ${threads} threads`, create: () => createWasmBackend(threads, { handOver: 0 }) });

runConformance({
  name: 'wasm, for calls that are awaited',
  create: async () => {
    const wasm = await createWasmBackend(2, { longestBlock: 0 });
    const on = wasm.forCalls as Backend;
    const { write } = on;
    // such calls leave what they have written as it is until they have read
    return Object.assign(on, { write: (buffer: DeviceBuffer, values: Float32Array) => write.call(on, buffer, values.slice()), dispose: () => wasm.dispose() });
  },
});
