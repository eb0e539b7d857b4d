// Emboss
// Also: relief, bump, engraved look, bas-relief
// The weights sum to zero, so flat areas become 0. `output: 'signed'` shifts 0 to mid-gray.
import { emboss, filter } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('relief.jpg', await filter(photo, emboss(135), { output: 'signed', channels: 'luminance' }));
