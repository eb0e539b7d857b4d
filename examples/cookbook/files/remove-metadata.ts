// Remove GPS and other metadata
// Also: strip EXIF, privacy, location, ICC profile, camera data
// `metadata: 'strip'` also removes the color profile, so convert a wide-gamut photo to sRGB first.
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('public.jpg', photo, { metadata: 'strip' });
console.log(Object.keys(photo.metadata ?? {}), (await readImage('public.jpg')).metadata ?? 'no metadata');
