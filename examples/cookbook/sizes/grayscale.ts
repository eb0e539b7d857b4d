// Convert to grayscale
// Also: black and white photo, desaturate, gray, luminance, monochrome
import { grayscale } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('gray.png', await grayscale(photo)); // Rec. 709; use { weights: 'rec601' } to match OpenCV and Pillow
