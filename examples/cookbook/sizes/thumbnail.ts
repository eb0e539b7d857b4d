// Make a thumbnail
// Also: resize, scale down, shrink, smaller image, downscale
import { resize } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('thumbnail.jpg', await resize(photo, { width: 160 })); // the height follows from the aspect ratio
