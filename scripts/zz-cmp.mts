import * as L from '/work/wt-lines/src/index.ts';
import { createBackend } from '/work/wt-lines/src/kernels/backends/create.ts';
import { createWasmBackend } from '/work/wt-lines/src/kernels/backends/wasm/wasm.ts';
const { filter, sharpen, gaussian, box, kernel2d, SOBEL_X } = L as any;
const ref = await createBackend('reference');
const w1 = await createWasmBackend(1), w2 = await createWasmBackend(2, 0);
let seed = 12345; const rnd = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
const N = Number(process.argv[2] ?? 300), only = process.argv[3] ? Number(process.argv[3]) : -1;
const pick = (...a: any[]) => a[Math.floor(rnd() * a.length)];
let bad = 0; const reasons: Record<string, number> = {}; let ran: Record<string, number> = {};
for (let n = 0; n < N; n++) {
  seed = n * 7919 + 17; for (let i = 0; i < 5; i++) rnd();
  const W = pick(5, 16, 17, 40, 65, 130, 200), H = pick(3, 8, 21, 70, 150), C = pick(1, 2, 3, 4);
  const type = pick('u8', 'u8', 'u16', 'f32');
  const len = W * H * C;
  const white = type === 'u8' ? 255 : type === 'u16' ? 65535 : 1;
  const alphaKind = pick('opaque', 'any', 'half');
  const mk = (i: number) => { const al = C % 2 === 0 && i % C === C - 1; if (al) return alphaKind === 'opaque' ? white : alphaKind === 'half' ? ((i / C) % W < W / 2 ? white : 0) : type === 'f32' ? rnd() : Math.floor(rnd() * (white + 1)); return type === 'f32' ? rnd() * 1.4 - 0.2 : Math.floor(rnd() * (white + 1)); };
  const data = type === 'u8' ? Uint8ClampedArray.from({ length: len }, (_, i) => mk(i)) : type === 'u16' ? Uint16Array.from({ length: len }, (_, i) => mk(i)) : Float32Array.from({ length: len }, (_, i) => mk(i));
  const image = { width: W, height: H, channels: C, data };
  const rk = (h: number, w: number) => kernel2d(Array.from({ length: h }, () => Array.from({ length: w }, () => rnd() - 0.3)));
  const ks = [sharpen(), gaussian(1), gaussian(2), box(3), box(7), SOBEL_X, rk(3, 3), rk(1, 4), rk(5, 2), rk(2, 2), rk(7, 7), kernel2d([[1]])];
  let kernel = pick(...ks); const perCell = rnd() < 0.15; 
  const o: any = {};
  if (rnd() < 0.3) o.output = pick('signed', 'abs', 'normalize', 'float', '16bit');
  if (rnd() < 0.2) o.linear = true;
  if (rnd() < 0.2) o.stride = pick(2, 3, [1, 2], [2, 1]);
  if (rnd() < 0.2) o.dilation = pick(2, [1, 2], 3);
  if (rnd() < 0.2) o.padding = pick('valid', 1, [[1, 2], [0, 1]]);
  if (rnd() < 0.4 && o.padding !== 'valid') o.paddingMode = pick('zero', 'constant', 'replicate', 'wrap', 'symmetric', 'reflect');
  if (o.paddingMode === 'constant') o.paddingValue = 0.3 * white;
  if (rnd() < 0.2) o.bias = 0.1 * white;
  if (rnd() < 0.2) o.scale = pick('sum', 0.5, 2);
  if (rnd() < 0.2) o.flip = true;
  if (rnd() < 0.3) o.channels = C >= 3 ? pick('luminance', 'r', 'gb', 'all', [0, 2]) : pick('all', [0]);
  if (C % 2 === 0 && rnd() < 0.4) o.alpha = pick('ignore', 'premultiply', 'filter');
  if (rnd() < 0.0) o.algorithm = pick('direct', 'separable', 'fft', 'runningSum');
  if (rnd() < 0.15 && !o.stride && !o.padding && W > 10 && H > 10) o.region = { x: 2, y: 1, width: W - 5, height: H - 4, ...(rnd() < 0.5 ? { feather: 3 } : {}) };
  if (rnd() < 0.1 && !o.stride && !o.padding) o.mask = { width: W, height: H, channels: 1, data: Uint8ClampedArray.from({ length: W * H }, () => rnd() * 256) };
  if (rnd() < 0.15 && !o.padding) o.anchor = [Math.min(kernel.shape[0] - 1, pick(0, 1)), 0];
  if (only >= 0 && n !== only) continue;
  const steps = rnd() < 0.2 ? 2 : 1; if (perCell && o.alpha === undefined && o.channels === undefined) { const n = C % 2 ? C : C - 1; const [h, w] = kernel.shape; kernel = { shape: [n, h, w], data: Float32Array.from({ length: n * h * w }, () => rnd() - 0.3) }; }
  const run = async (b: any) => {
    const plans: string[] = [];
    try {
      let r; if (steps === 1) r = await filter(image, kernel, { ...o, backend: b, onPlan: (p: any) => plans.push(`${p.algorithm} ${p.through} ${p.arithmetic}`) });
      else { const { output, linear, channels, alpha, region, mask, ...st } = o; r = await L.pipeline([{ kernel, ...st }, { kernel: gaussian(1), paddingMode: 'replicate' }] as any).apply(image, { ...JSON.parse(JSON.stringify({ output, linear, channels, alpha, region })), mask, backend: b, onPlan: (p: any) => plans.push(`${p.algorithm} ${p.through} ${p.arithmetic}`) } as any); }
      return { r, plans };
    } catch (e: any) { return { e: e.message as string, plans }; }
  };
  const A = await run(ref);
  for (const [name, b] of [['w1', w1], ['w2', w2]] as const) {
    const B = await run(b);
    for (const p of B.plans) ran[p] = (ran[p] ?? 0) + 1;
    let msg = '';
    if (A.e !== undefined || B.e !== undefined) { if (A.e !== B.e) msg = `errors differ: ${A.e} | ${B.e}`; }
    else {
      const a = A.r!, c = B.r!; const ty = a.data.constructor.name;
      if (a.data.length !== c.data.length || ty !== c.data.constructor.name) msg = 'format';
      else {
        let worst = 0, at = -1, diffs = 0; for (let i = 0; i < a.data.length; i++) { let d = Math.abs(a.data[i] - c.data[i]); if (Number.isNaN(d)) d = Number.isNaN(a.data[i]) && Number.isNaN(c.data[i]) ? 0 : 1e9; if (d > 0) diffs++; if (d > worst) { worst = d; at = i; } }
        const tol = ty === 'Float32Array' ? 2e-5 : ty === 'Uint16Array' ? 2 : 1;
        if (worst > tol || (ty === 'Uint8ClampedArray' && diffs > 0.02 * a.data.length + 2)) msg = `worst ${worst} at ${at} (px ${Math.floor(at / C) % a.width},${Math.floor(at / C / a.width)} c${at % C}) ref ${a.data[at]} got ${c.data[at]} diffs ${diffs}/${a.data.length}`;
      }
    }
    if (msg) { bad++; console.log(n, name, `${W}x${H}x${C} ${type} ${alphaKind} k[${kernel.shape}] steps ${steps}`, JSON.stringify({ ...o, mask: o.mask ? 1 : undefined }), B.plans.join('; '), msg); if (bad > 25) process.exit(1); }
  }
}
console.log('bad', bad, 'of', N, ran);
process.exit(0);
