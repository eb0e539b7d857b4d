// Programs of somebody who has installed the package: each leaves its result in globalThis.result.

/** The operator and the wasm backend, nothing else. */
export const CONVOLVES = `
import { conv, createBackend, tensor } from 'convlab';

const backend = await createBackend('wasm', { threads: 2 });
const { data } = await conv(tensor([[[1, 2, 4, 8]]]), tensor([[[-1, 1]]]), { backend });
globalThis.result = [backend.device, ...data];
backend.dispose();
`;
export const CONVOLVED = ['wasm simd, 2 threads', 1, 2, 4];

/** A black pixel in the middle of a large white image, blurred on two threads. */
export const FILTERS = `
import { box, createBackend, createImage, filter } from 'convlab';

const size = 1001;
const middle = 4 * (500 * size + 500);
const picture = createImage(size, size, 4, new Uint8ClampedArray(4 * size * size).fill(255).fill(0, middle, middle + 3));
const backend = await createBackend('wasm', { threads: 2 });
const soft = await filter(picture, box(3), { backend });
globalThis.result = [backend.device, ...[0, middle - 8, middle - 4, middle].map((at) => soft.data[at])];
backend.dispose();
`;
export const FILTERED = ['wasm simd, 2 threads', 255, 255, 227, 227];
