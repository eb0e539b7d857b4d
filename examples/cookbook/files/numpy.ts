// Exchange arrays with NumPy
// Also: npy, Python, float array, numpy.load, numpy.save
import { filter, gaussian } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('soft.npy', await filter(photo, gaussian(2), { output: 'float' })); // numpy.load('soft.npy')
const { width, height, channels, data } = await readImage('soft.npy');
console.log(width, height, channels, data.constructor.name);
