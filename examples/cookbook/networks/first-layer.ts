// Look at the kernels of the first layer
// Also: visualize weights, learned filters, feature map, what the network sees, inside a CNN
// A CNN layer is a bank of filters: `conv` with the learned kernels gives the feature maps of the layer.
import { conv, digitFromImage, reshape } from 'convlab';
import { loadCheckpoint, readImage, writeImage } from 'convlab/node';

const { model } = await loadCheckpoint('model.safetensors');
const { 'conv1.weight': kernels } = Object.fromEntries(await model.stateDict()); // [4, 1, 5, 5]
const digit = reshape(digitFromImage(await readImage('digit.jpg')), [1, 1, 28, 28]);
const { data } = await conv(digit, kernels, { padding: 'same' }); // 4 feature maps, one below the other

const most = Math.max(...data.map(Math.abs));
const pixels = Uint8ClampedArray.from(data, (value) => 128 + (127 * value) / most);
await writeImage('feature-maps.png', { width: 28, height: 4 * 28, channels: 1, data: pixels });
