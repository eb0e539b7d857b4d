// Recognize a photographed digit
// Also: predict, classify, MNIST, handwriting, inference, CNN
// `convlab train --optimizer adam --out model.safetensors` trains the model. On the command line: `convlab predict
// digit.jpg --model model.safetensors`.
import { argmax, digitFromImage, reshape } from 'convlab';
import { loadCheckpoint, readImage } from 'convlab/node';

const { model } = await loadCheckpoint('model.safetensors'); // written by convlab train
const digit = digitFromImage(await readImage('digit.jpg')); // cut out and centered as in MNIST
const output = await model.eval().run(reshape(digit, [1, 1, 28, 28]));
console.log('This is a', argmax(output.data));
