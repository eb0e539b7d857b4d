// Apply your own kernel
// Also: custom kernel, convolution matrix, 3x3 matrix, weights, convolve
// `scale: 'sum'` divides by the sum of the weights; `scale: 1 / 16` does the same here. `bias` adds an offset.
import { filter } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const kernel = [
  [1, 2, 1],
  [2, 4, 2],
  [1, 2, 1],
];

const photo = await readImage('photo.jpg');
await writeImage('mine.jpg', await filter(photo, kernel, { scale: 'sum', paddingMode: 'replicate' }));
