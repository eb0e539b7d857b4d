// Which pixels influence a prediction?
// Also: explain a prediction, saliency map, Grad-CAM, heat map, attribution, occlusion
// `occlusionMap` slides a square over the digit; the map is bright where covering the digit lowers the score. `saliency`
// and `gradCam` answer the same question with gradients.
import { createImage, digitFromImage, occlusionMap, reshape, resize } from 'convlab';
import { loadCheckpoint, readImage, writeImage } from 'convlab/node';

const { model } = await loadCheckpoint('model.safetensors');
const digit = reshape(digitFromImage(await readImage('digit.jpg')), [1, 1, 28, 28]);
const { data, shape } = await occlusionMap(model.eval(), digit, { window: 5 });
const most = Math.max(...data);
const [height, width] = shape;
const heat = createImage(
  width,
  height,
  1,
  Uint8ClampedArray.from(data, (drop) => (255 * drop) / most),
);
await writeImage('heat.png', await resize(heat, { width: 280 }));
