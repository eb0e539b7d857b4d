// Filter an upload in Express
// Also: server, API, multer, Fastify, HTTP, endpoint, form upload, buffer to buffer
// [Servers](../servers.md) has complete programs for Express, Fastify and Next, with multipart forms, status codes and
// clients that disconnect.
import { readFile } from 'node:fs/promises';
import { DataError, filter, UnsupportedError } from 'convlab';
import { decodeImage, encodeImage } from 'convlab/node';

/** app.post('/sharpen', express.raw({ type: 'image/*', limit: '10mb' }), async (req, res) => res.type('png').send(await sharpened(req.body))) */
async function sharpened(upload: Uint8Array, signal?: AbortSignal): Promise<Buffer> {
  const image = await decodeImage(upload, { limits: { pixels: 40e6 }, signal }); // rejects decompression bombs
  return Buffer.from(await encodeImage(await filter(image, 'sharpen', { signal }), 'png', { signal }));
}

console.log((await sharpened(await readFile('photo.jpg'))).subarray(1, 4).toString());
await sharpened(Buffer.from('no picture')).catch((error) => console.log(error instanceof DataError || error instanceof UnsupportedError ? 415 : 500));
