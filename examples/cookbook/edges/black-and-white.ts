// Turn a scan into black and white
// Also: threshold, binarize, Otsu, document, uneven light, OCR
// This recipe first divides by a wide blur to even out the lighting. For an evenly lit scan, `threshold(scan)` is enough.
import { filter, gaussian, grayscale, threshold } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const scan = await grayscale(await readImage('scan.jpg'));
const paper = await filter(scan, gaussian(12)); // the light on the paper, without the text
scan.data.forEach((value, i) => {
  scan.data[i] = (128 * value) / paper.data[i];
});
await writeImage('ink.png', await threshold(scan)); // Otsu's method finds the level
