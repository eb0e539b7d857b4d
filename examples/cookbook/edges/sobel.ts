// Sobel edges as a grayscale PNG
// Also: edge detection, gradient magnitude, contours, black and white edges
// `output: 'normalize'` makes the strongest edge white. For one direction only: `filter(gray, SOBEL_X, { output: 'abs' })`.
import { gradientMagnitude, grayscale } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('edges.png', await gradientMagnitude(await grayscale(photo), { output: 'normalize' }));
