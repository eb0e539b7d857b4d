// npm start: serves a form at http://localhost:3000 that returns an uploaded photo filtered.
import multipart from '@fastify/multipart';
import { DataError, filter, OptionError, UnsupportedError } from 'convlab';
import { decodeImage, encodeImage } from 'convlab/node';
import fastify from 'fastify';

const FORM = `<!doctype html><title>convlab</title>
<form action="/filter" method="post" enctype="multipart/form-data">
  <select name="kernel"><option>sharpen</option><option>gaussian:5</option><option>emboss</option><option>sobel-x</option></select>
  <input type="file" name="picture" accept="image/*" required> <button>Filter</button>
</form>`;

const app = fastify();
app.register(multipart, { limits: { fileSize: 10 * 2 ** 20, files: 1 } });

app.get('/', (_, reply) => reply.type('text/html').send(FORM));

app.post('/filter', async (request, reply) => {
  const upload = await request.file();
  if (!upload) return reply.code(400).send({ error: 'send a picture' });
  const kernel = upload.fields.kernel?.value ?? 'sharpen';
  const picture = await decodeImage(await upload.toBuffer(), { limits: { pixels: 40e6 } });
  return reply.type('image/png').send(Buffer.from(await encodeImage(await filter(picture, kernel), 'png')));
});

app.setErrorHandler((error, _, reply) => {
  const isTheirs = error instanceof DataError || error instanceof UnsupportedError || error instanceof OptionError;
  reply.code(isTheirs ? 422 : (error.statusCode ?? 500)).send({ error: error.message });
});

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000) }));
