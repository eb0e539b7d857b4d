// Which pixels mattered?
// Also: explain a prediction, saliency map, Grad-CAM, heat map, attribution
// `gradCam` and `occlusionMap` answer the same question in other ways.
import { digitFromImage, reshape, saliency } from 'convlab';
import { loadCheckpoint, readImage, writeImage } from 'convlab/node';

const { model } = await loadCheckpoint('model.safetensors');
const digit = reshape(digitFromImage(await readImage('digit.jpg')), [1, 1, 28, 28]);
const { data } = await saliency(model.eval(), digit); // |d score / d pixel|
const most = Math.max(...data);
await writeImage('saliency.png', { width: 28, height: 28, channels: 1, data: Uint8ClampedArray.from(data, (value) => (255 * value) / most) });
