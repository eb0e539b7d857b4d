import { filter, sharpen } from '../src/index.ts';
import { createWasmBackend } from '../src/kernels/backends/wasm/wasm.ts';
const backend = await createWasmBackend(1);
const W=1920,H=1080; const im = { width: W, height: H, channels: 4, data: new Uint8ClampedArray(W * H * 4).map((_, i) => i % 4 === 3 ? 255 : (i * 7919) & 255) } as any; const out = { ...im, data: im.data.slice() };
const t: any = {a:[],b:[]}; const k = sharpen();
for (let r = 0; r < 40; r++) { for (const [n, o] of [['a', {}], ['b', { alpha: 'ignore' }]] as any) { const c = process.cpuUsage(); for (let i = 0; i < 8; i++) await filter(im, k, { ...o, out, backend }); const e = process.cpuUsage(c); t[n].push((e.user + e.system) / 8000); } }
for (const n in t) { t[n].sort((a: number, b: number) => a - b); console.log(n, t[n][0].toFixed(3), t[n][20].toFixed(3)); }
process.exit(0);
