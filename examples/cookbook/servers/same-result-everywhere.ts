// Get the same bytes on every machine
// Also: reproducible, deterministic, snapshot test, CI, codec
// The rounding of GPUs and of sharp's JPEG codec differs between machines. Set the backend and the codec if you compare
// results byte by byte.
import { createHash } from 'node:crypto';
import { createBackend, filter } from 'convlab';
import { readImage } from 'convlab/node';

const backend = await createBackend('wasm'); // same bits on any number of threads
const photo = await readImage('logo.png', { codec: 'built-in' });
const { data } = await filter(photo, 'gaussian:2', { backend });
console.log(createHash('sha256').update(data).digest('hex').slice(0, 16));
backend.dispose();
