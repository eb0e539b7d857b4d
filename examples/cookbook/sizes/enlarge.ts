// Enlarge an image
// Also: resize, upscale, zoom, bigger, pixel art, bicubic, lanczos
import { crop, resize } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const part = await crop(await readImage('photo.jpg'), { x: 290, y: 100, width: 60, height: 45 });
await writeImage('smooth.png', await resize(part, { width: 240, method: 'catmull-rom' }));
await writeImage('pixels.png', await resize(part, { width: 240, method: 'box' })); // every pixel becomes a square block
