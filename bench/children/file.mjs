// node file.mjs PEER INPUT OUTPUT THREADS: reads an image, sharpens it, writes it; prints its highest memory, and its milliseconds of CPU on all threads.
// PEER: sharp, wasm-vips, jimp, or the folder of a compiled convlab, with `:built-in` behind it if that must not use sharp; of convlab its command line runs.
// sharp and convlab write with equal settings: JPEG of quality 90 with colors in full resolution, PNG with filters row by row at level 2.
import { peakMemory } from './peak-memory.mjs';

const [, , peer, input, output, count] = process.argv;
const threads = Number(count);
const weights = [0, -1, 0, -1, 5, -1, 0, -1, 0];
const rows = [weights.slice(0, 3), weights.slice(3, 6), weights.slice(6)];

if (peer === 'sharp') {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(threads);
  const sharpened = sharp(input).convolve({ width: 3, height: 3, kernel: weights });
  const jpeg = { quality: 90, chromaSubsampling: '4:4:4' };
  const png = { compressionLevel: 2, adaptiveFiltering: true };
  await (output.endsWith('.jpg') ? sharpened.jpeg(jpeg) : sharpened.png(png)).toFile(output);
} else if (peer === 'wasm-vips') {
  const { default: Vips } = await import('wasm-vips');
  const { readFileSync, writeFileSync } = await import('node:fs');
  const vips = await Vips({ dynamicLibraries: [] });
  vips.concurrency(threads);
  const image = vips.Image.newFromBuffer(readFileSync(input));
  const sharpened = image.conv(vips.Image.newFromArray(rows), { precision: 'integer' });
  writeFileSync(output, sharpened.writeToBuffer(output.slice(output.lastIndexOf('.'))));
} else if (peer === 'jimp') {
  const { Jimp } = await import('jimp');
  await (await Jimp.read(input)).convolution(rows).write(output);
} else {
  const flags = ['--kernel', 'sharpen', '--threads', count, ...(peer.endsWith(':built-in') ? ['--built-in'] : [])];
  process.argv = [process.execPath, 'convlab', 'filter', input, output, ...flags];
  await import(`${peer.replace(/:built-in$/, '')}/cli/main.js`);
}
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ peak: peakMemory(), cpu: (user + system) / 1000 }));
process.exit();
