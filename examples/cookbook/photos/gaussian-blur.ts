// Blur a photo
// Also: gaussian blur, soften, smooth, denoise, remove noise
import { filter, gaussian } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('blurred.jpg', await filter(photo, gaussian(4))); // σ = 4 pixels
