// node file.mjs PEER INPUT OUTPUT THREADS: reads a picture, sharpens it, writes it; prints its highest memory.
// PEER: sharp, wasm-vips, jimp, or the folder of a compiled convlab, with `:built-in` behind it if that must not use sharp.
import { peakMemory } from './peak-memory.mjs';

const [, , peer, input, output, count] = process.argv;
const threads = Number(count);
const weights = [0, -1, 0, -1, 5, -1, 0, -1, 0];
const rows = [weights.slice(0, 3), weights.slice(3, 6), weights.slice(6)];

if (peer === 'sharp') {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(threads);
  await sharp(input).convolve({ width: 3, height: 3, kernel: weights }).toFile(output);
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
  const { createBackend, filter, readImage, sharpen, writeImage } = await import(`${peer.replace(/:built-in$/, '')}/node.js`);
  const options = { codec: peer.endsWith(':built-in') ? 'built-in' : 'auto' };
  const backend = await createBackend('wasm', { threads });
  await writeImage(output, await filter(await readImage(input, options), sharpen(), { backend }), options);
}
console.log(JSON.stringify({ peak: peakMemory() }));
process.exit();
