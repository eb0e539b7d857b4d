import { filter, kernel2d } from '../src/index.ts';
import { createWasmBackend } from '../src/kernels/backends/wasm/wasm.ts';
const w1 = await createWasmBackend(1);
for (const [W,H] of [[8,3],[20,4]]) { const image = { width: W, height: H, channels: 1 as const, data: Float32Array.from({length:W*H},(_, i) => i / 100) };
const r = await filter(image, kernel2d([[1]]), { backend: w1 });
console.log(Array.from(r.data, v => +v.toFixed(3)).join(' ')); }
