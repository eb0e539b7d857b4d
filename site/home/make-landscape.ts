// npx tsx site/home/make-landscape.ts: the picture of the home page, a part of the scene in examples/landscape.ts, painted larger.
import { createImage } from 'convlab';
import { writeImage } from 'convlab/node';
import { landscape, SCENE } from '../../examples/landscape.js';

const SCALE = 2.4;
/** Rows of the scene that are shown. */
const ROWS = { from: 34, to: 34 + 880 / 3 };

const [width, height] = [Math.round(SCENE.width * SCALE), Math.round((ROWS.to - ROWS.from) * SCALE)];
const data = new Uint8ClampedArray(width * height * 3);
for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i += 3) data.set(landscape(x / SCALE, ROWS.from + y / SCALE), i);
await writeImage(new URL('landscape.jpg', import.meta.url).pathname, createImage(width, height, 3, data), { quality: 88 });
console.log(`${width} × ${height}`);
