// Outlines with Canny
// Also: edge detection, thin lines, line drawing, contour, coloring page
import { canny } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
const lines = await canny(photo, { sigma: 1.5, low: 0.05, high: 0.15 });
lines.data.forEach((value, i) => {
  lines.data[i] = 255 - value;
}); // black lines on white
await writeImage('lines.png', lines);
