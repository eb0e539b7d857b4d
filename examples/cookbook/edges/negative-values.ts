// Keep negative values of an edge filter
// Also: signed result, derivative, floats, mid-gray, clipping, Laplacian
import { filter, SOBEL_X } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('signed.jpg', await filter(photo, SOBEL_X, { output: 'signed', scale: 0.5 })); // 0 becomes mid-gray
const slope = await filter(photo, SOBEL_X, { output: 'float' }); // or get the values as floats
console.log(
  slope.data.constructor.name,
  slope.data.some((value) => value < 0),
);
