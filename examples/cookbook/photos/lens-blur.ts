// Lens blur with bright highlights
// Also: bokeh, disk blur, defocus, linear light, gamma correct
// `linear: true` blurs in linear light, as a lens does: highlights stay bright instead of turning gray.
import { disk, filter } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('bokeh.jpg', await filter(photo, disk(5), { linear: true }));
