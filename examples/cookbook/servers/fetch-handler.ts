// Filter in a Next, Hono, Deno or Bun route
// Also: Request, Response, fetch handler, serverless, edge, route handler, web standard
import { filter } from 'convlab';
import { decodeImage, encodeImage } from 'convlab/node';

async function POST(request: Request): Promise<Response> {
  const image = await decodeImage(await request.arrayBuffer(), { limits: { pixels: 40e6 }, signal: request.signal });
  const png = await encodeImage(await filter(image, 'gaussian:2', { signal: request.signal }), 'png');
  return new Response(png, { headers: { 'content-type': 'image/png' } });
}

const { readFile } = await import('node:fs/promises');
const response = await POST(new Request('http://localhost/blur', { method: 'POST', body: await readFile('photo.jpg') }));
console.log(response.status, response.headers.get('content-type'));
