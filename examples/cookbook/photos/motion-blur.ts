// Motion blur at 30°
// Also: directional blur, speed, camera shake, streak, angle
import { filter, motionBlur } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('moving.jpg', await filter(photo, motionBlur(21, 30))); // 21 pixels, 30° counter-clockwise
