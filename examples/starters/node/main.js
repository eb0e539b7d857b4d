// npm start: draws a picture, filters it with a kernel from the catalogue and with a custom one, and writes three PNG files.
import { createImage, filter } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

// a disk on a gradient; replace it with `await readImage('photo.jpg')`
const picture = createImage(320, 240, 3);
for (let y = 0, i = 0; y < 240; y++) {
  for (let x = 0; x < 320; x++, i += 3) {
    const inside = Math.hypot(x - 160, y - 120) < 80;
    picture.data.set(inside ? [240, 120, 30] : [40 + x / 4, 90, 200 - y / 2], i);
  }
}
await writeImage('picture.png', picture);

await writeImage('soft.png', await filter(picture, 'gaussian:4'));
const edges = await filter(
  await readImage('picture.png'),
  [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  { output: 'abs' },
);
await writeImage('edges.png', edges);
console.log('picture.png, soft.png and edges.png are written');
