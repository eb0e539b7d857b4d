// Blur the background
// Also: portrait mode, depth of field, mask, selective blur, segmentation
// The mask is a grayscale image of the same size as the photo: white pixels are filtered, black pixels stay unchanged, and
// gray pixels become a mix of both.
import { disk, filter } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
const background = await readImage('background.png'); // gray: white where the blur applies
await writeImage('portrait.jpg', await filter(photo, disk(6), { mask: background, linear: true }));
