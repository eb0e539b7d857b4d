// Rotate by 90° and mirror
// Also: turn, flip, flop, orientation, upside down
import { flip, rotate90 } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg'); // the EXIF orientation is already applied
await writeImage('turned.jpg', await rotate90(await flip(photo, 'horizontal'), -1)); // mirrored, then a quarter turn clockwise
