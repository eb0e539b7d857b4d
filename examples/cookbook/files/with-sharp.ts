// Use convlab between two sharp calls
// Also: sharp, libvips, raw buffer, webp, avif, resize and convolve
// Pass sharp's raw output to `filter` as it is: nothing is decoded twice.
import { filter } from 'convlab';
import sharp from 'sharp';

const raw = await sharp('photo.jpg').resize(220).raw().toBuffer({ resolveWithObject: true });
const { data, width, height, channels } = await filter(raw, 'emboss', { output: 'signed' });
await sharp(data, { raw: { width, height, channels } }).png().toFile('sharp-relief.png');
