const root = process.argv[2];
const { filter, sharpen, gaussian, SOBEL_X } = await import(root + '/src/index.ts');
const { createWasmBackend } = await import(root + '/src/kernels/backends/wasm/wasm.ts');
const backend = await createWasmBackend(1);
const mk = (W: number, H: number) => ({ width: W, height: H, channels: 4, data: new Uint8ClampedArray(W * H * 4).map((_, i) => i % 4 === 3 ? 255 : (i * 7919) & 255) });
const sharp = sharpen(), g2 = gaussian(2), res: string[] = [];
for (const [name, W, H, k, o, reps] of [['64 sharpen', 64, 64, sharp, {}, 3000], ['64 gauss', 64, 64, g2, {}, 1500], ['1080 sharpen', 1920, 1080, sharp, {}, 20], ['1080 gauss 2', 1920, 1080, g2, {}, 8], ['1080 sobel', 1920, 1080, SOBEL_X, {}, 20], ['1080 gauss 10', 1920, 1080, gaussian(10), {}, 3], ['1080 dense', 1920, 1080, { shape: [7, 7], data: new Float32Array(49).map((_, i) => Math.sin(i)) }, {}, 4], ['1080 31x31', 1920, 1080, { shape: [31, 31], data: new Float32Array(961).map((_, i) => Math.sin(i * i) / 100) }, {}, 2]] as any) {
  const im = mk(W, H), out = mk(W, H);
  for (let i = 0; i < reps; i++) await filter(im, k, { ...o, out, backend });
  const t: number[] = [];
  for (let r = 0; r < 7; r++) { const c = process.cpuUsage(); for (let i = 0; i < reps; i++) await filter(im, k, { ...o, out, backend }); const e = process.cpuUsage(c); t.push((e.user + e.system) / reps); }
  t.sort((a, b) => a - b); res.push(`${name}: ${t[0].toFixed(1)} µs`);
}
console.log(root, res.join(' | '));
process.exit(0);
