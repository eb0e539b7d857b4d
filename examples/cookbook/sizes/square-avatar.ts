// Crop to a square
// Also: avatar, profile picture, center crop, icon
import { crop, resize } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
const side = Math.min(photo.width, photo.height);
const middle = await crop(photo, { x: (photo.width - side) >> 1, y: (photo.height - side) >> 1, width: side, height: side });
await writeImage('avatar.jpg', await resize(middle, { width: 128 }));
