// node scale.mjs TASK: filters an image of a size three times; prints the median in milliseconds, and by how many megabytes
// its memory at its highest exceeds what it was with the image alone. TASK: JSON of { dist, width, height, shape, weights, threads }
import { peakMemory } from './peak-memory.mjs';

const { dist, width, height, shape, weights, threads } = JSON.parse(process.argv[2]);
const { createBackend, filter, createImage } = await import(`${dist}/index.js`);
const backend = await createBackend('wasm', { threads, blocking: true });
const kernel = { shape, data: Float32Array.from(weights) };

const image = createImage(width, height, 4);
for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : (i * 7919) >> 5;
const before = process.memoryUsage.rss();
const times = [];
for (let run = 0; run < 3; run++) {
  const start = performance.now();
  await filter(image, kernel, { backend });
  times.push(performance.now() - start);
}
const ms = times.sort((a, b) => a - b)[1];
console.log(JSON.stringify({ ms, extra: peakMemory() - before / 1e6 }));
process.exit();
