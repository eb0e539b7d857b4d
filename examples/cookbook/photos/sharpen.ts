// Sharpen a photo
// Also: sharper, crisper, unsharp mask, fix a soft photo
// `radius` is the blur radius in pixels, `amount` the strength. `channels: 'luminance'` sharpens only the brightness,
// which avoids colored fringes. `filter(photo, 'sharpen')` applies the classic 3 × 3 kernel.
import { unsharpMask } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
const sharp = await unsharpMask(photo, { radius: 1.5, amount: 1.5, channels: 'luminance' });
await writeImage('sharp.jpg', sharp);
