// Show the feature maps of the first layer
// Also: visualize weights, learned filters, feature map, what the network sees, inside a CNN
// A convolutional layer is a bank of filters: `conv` with its learned kernels computes its feature maps.
import { conv, digitFromImage, reshape } from 'convlab';
import { loadCheckpoint, readImage, writeImage } from 'convlab/node';

const { model } = await loadCheckpoint('model.safetensors');
const { 'conv1.weight': kernels } = Object.fromEntries(await model.stateDict()); // [4, 1, 5, 5]
const digit = reshape(digitFromImage(await readImage('digit.jpg')), [1, 1, 28, 28]);
const { data: maps } = await conv(digit, kernels, { padding: 'same' }); // 4 feature maps: [1, 4, 28, 28]

const most = Math.max(...maps.map(Math.abs));
const pixels = new Uint8ClampedArray(maps.length); // two maps side by side, two below: black is negative, white positive
for (const [i, value] of maps.entries()) {
  const [map, y, x] = [Math.floor(i / 784), Math.floor(i / 28) % 28, i % 28];
  pixels[(y + 28 * (map >> 1)) * 56 + x + 28 * (map & 1)] = 128 + (127 * value) / most;
}
await writeImage('feature-maps.png', { width: 56, height: 56, channels: 1, data: pixels });
