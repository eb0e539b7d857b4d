// npx tsx scripts/make-fixture-crop.ts: the image that OpenCV's numbers are made from, 48 × 32 pixels of the demo's scene.
import { writeImage } from 'convlab/node';
import { renderScene } from '../examples/scene.js';

const { width, data } = await renderScene();
const crop = { left: 322, top: 208, width: 48, height: 32 }; // glitter on water, the card and its text, wood, the ball
const rows = Array.from({ length: crop.height }, (_, y) => {
  const start = ((crop.top + y) * width + crop.left) * 3;
  return [...data.subarray(start, start + crop.width * 3)];
});
await writeImage('test/filters/fixtures/crop.png', { width: crop.width, height: crop.height, channels: 3, data: Uint8ClampedArray.from(rows.flat()) });
