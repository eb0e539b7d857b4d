import { filter, gaussian } from '../src/index.ts';
import { createWasmBackend } from '../src/kernels/backends/wasm/wasm.ts';
const backend = await createWasmBackend(1);
const W = 1920, H = 1080; const N = W * H * 4;
const d = new Uint8ClampedArray(N); let s = 1; for (let i = 0; i < N; i++) { s = (s * 1103515245 + 12345) & 0x7fffffff; d[i] = i % 4 === 3 ? 255 : (s >> 16) & 255; }
const im = { width: W, height: H, channels: 4 as const, data: d }; const out = { ...im, data: new Uint8ClampedArray(N) };
const t: any = {};
for (let r = 0; r < 15; r++) for (const sg of [2, 10]) for (const precision of ['exact', 'fixed'] as const) { await filter(im, gaussian(sg), { precision, out, backend }); const c = process.cpuUsage(); await filter(im, gaussian(sg), { precision, out, backend }); const e = process.cpuUsage(c); (t[sg + precision] ??= []).push((e.user + e.system) / 1000); }
for (const k in t) { t[k].sort((a: number, b: number) => a - b); console.log(k, t[k][0].toFixed(2), t[k][7].toFixed(2)); }
process.exit(0);
