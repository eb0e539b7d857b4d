import { filter, sharpen, gaussian, box, SOBEL_X } from '../src/index.ts';
import { createWasmBackend } from '../src/kernels/backends/wasm/wasm.ts';
const threads = Number(process.argv[2] ?? 1);
const backend = await createWasmBackend(threads);
const W = 1920, H = 1080; const N = W * H * 4;
const mk = (alpha: boolean) => { const d = new Uint8ClampedArray(N); let s = 1; for (let i = 0; i < N; i++) { s = (s * 1103515245 + 12345) & 0x7fffffff; d[i] = i % 4 === 3 ? (alpha ? (s >> 16) & 255 : 255) : (s >> 16) & 255; } return { width: W, height: H, channels: 4 as const, data: d }; };
const opaque = mk(false), clear = mk(true);
const im16 = { width: W, height: H, channels: 4 as const, data: Uint16Array.from(opaque.data, v => v * 257) };
const imf = { width: W, height: H, channels: 4 as const, data: Float32Array.from(opaque.data, v => v / 255) };
const outs = [mk(false), { ...im16, data: new Uint16Array(N) }, { ...imf, data: new Float32Array(N) }];
const valid = { width: W - 2, height: H - 2, channels: 4 as const, data: new Uint8ClampedArray((W - 2) * (H - 2) * 4) };
const half = { width: W / 2, height: H / 2, channels: 4 as const, data: new Uint8ClampedArray(N / 4) };
const S = sharpen(), G = gaussian(2);
const cases: [string, any, any, any, any, string, number][] = [
  ['sharpen', opaque, S, {}, outs[0], '', 0],
  ['gauss 2', opaque, G, {}, outs[0], '', 0],
  ['sharpen signed', opaque, S, { output: 'signed' }, outs[0], 'sharpen', 3],
  ['sobel signed', opaque, SOBEL_X, { output: 'signed' }, outs[0], 'sharpen', 3],
  ['sobel abs', opaque, SOBEL_X, { output: 'abs' }, outs[0], 'sharpen', 3],
  ['sharpen abs', opaque, S, { output: 'abs' }, outs[0], 'sharpen', 3],
  ['sobel normalize', opaque, SOBEL_X, { output: 'normalize' }, outs[0], 'sharpen', 3],
  ['sharpen normalize', opaque, S, { output: 'normalize' }, outs[0], 'sharpen', 3],
  ['sharpen float', opaque, S, { output: 'float' }, outs[2], 'sharpen', 4],
  ['sharpen 16bit out', opaque, S, { output: '16bit' }, outs[1], 'sharpen', 3],
  ['luminance', opaque, S, { channels: 'luminance' }, outs[0], 'sharpen', 3],
  ['valid', opaque, S, { padding: 'valid' }, valid, 'sharpen', 3],
  ['dilation 2', opaque, S, { dilation: 2 }, outs[0], 'sharpen', 3],
  ['anchor', opaque, S, { anchor: [0, 1] }, outs[0], 'sharpen', 3],
  ['16-bit', im16, S, {}, outs[1], 'sharpen', 3],
  ['float samples', imf, S, {}, outs[2], 'sharpen', 6],
  ['region 2%', opaque, S, { region: { x: 100, y: 100, width: 200, height: 200 } }, outs[0], 'sharpen', 1],
  ['sharpen transparent', clear, S, {}, outs[0], 'sharpen', 3],
  ['g zero', opaque, G, { paddingMode: 'zero' }, outs[0], 'gauss 2', 3],
  ['g constant', opaque, G, { paddingMode: 'constant', paddingValue: 128 }, outs[0], 'gauss 2', 3],
  ['g real alpha', clear, G, {}, outs[0], 'gauss 2', 3],
  ['g linear', opaque, G, { linear: true }, outs[0], 'gauss 2', 3],
  ['g stride 2', opaque, G, { stride: 2 }, half, 'gauss 2', 1],
  ['g 16-bit', im16, G, {}, outs[1], 'gauss 2', 3],
  ['g float', imf, G, {}, outs[2], 'gauss 2', 6],
  ['sharpen linear', opaque, S, { linear: true }, outs[0], 'sharpen', 0],
  ['box 15 f', imf, box(15), {}, outs[2], 'gauss 2', 0],
  ['box 15 u8', opaque, box(15), {}, outs[0], 'gauss 2', 0],
  ['box 15 u8 abs', opaque, box(15), {output:'abs'}, outs[0], 'gauss 2', 0],
];
const rounds = Number(process.argv[3] ?? 7); const t: Record<string, number[]> = {};
for (let r = 0; r < rounds; r++) for (const [name, im, k, o, out] of cases) { await filter(im, k, { ...o, out, backend }); const s = process.cpuUsage(); await filter(im, k, { ...o, out, backend }); const e = process.cpuUsage(s); (t[name] ??= []).push((e.user + e.system) / 1000); }
const med = (a: number[]) => [...a].sort((x, y) => x - y)[a.length >> 1];
for (const [name, , , , , base, limit] of cases) { const min = Math.min(...t[name]), m = med(t[name]); console.log(name.padEnd(22), `min ${min.toFixed(2)} med ${m.toFixed(2)}`, base ? `${(min / Math.min(...t[base])).toFixed(2)}x med ${(m / med(t[base])).toFixed(2)}x of ${limit} ${limit && m / med(t[base]) > limit ? 'OVER' : ''}` : ''); }
process.exit(0);
