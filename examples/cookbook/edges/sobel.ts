// Sobel edges as a grayscale PNG
// Also: edge detection, gradient magnitude, contours, black and white edges
// For one direction only: `filter(gray, SOBEL_X, { output: 'abs' })`.
import { gradientMagnitude, grayscale } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('edges.png', await gradientMagnitude(await grayscale(photo)));
