// Blur a logo with transparency
// Also: alpha channel, dark halo, fringe, PNG cut-out, drop shadow, glow, premultiplied
// Colors are weighted by their opacity by default (`alpha: 'premultiply'`), so the hidden color of transparent pixels
// does not bleed into the result.
import { filter, gaussian } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const logo = await readImage('logo.png'); // RGBA
await writeImage('soft-logo.png', await filter(logo, gaussian(5)));
