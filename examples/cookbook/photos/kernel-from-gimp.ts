// Use a kernel from GIMP, Photoshop or ImageMagick
// Also: convolution matrix, custom filter, divisor, offset, import a kernel, feConvolveMatrix
// `parseKernel` also reads ImageMagick's `3x3: 0,-1,0 …`, SVG's `<feConvolveMatrix>` and JSON. For Photoshop's `.acf`
// files use `kernelFromAcf`.
import { filter, parseKernel } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const { kernel, ...options } = parseKernel(`
  0  0  0  0  0
  0  0 -1  0  0
  0 -1  5 -1  0
  0  0 -1  0  0
  0  0  0  0  0
  divisor 1
  offset 0`);

const photo = await readImage('photo.jpg');
await writeImage('gimp.jpg', await filter(photo, kernel, options));
