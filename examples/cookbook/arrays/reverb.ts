// Convolution reverb
// Also: audio, sound, impulse response, echo, FFT convolution, signal
// Audio processing uses true convolution: `flip: true` rotates the kernel by 180°.
import { filterTensor, Random, tensor } from 'convlab';

const random = new Random(1);
const rate = 8000;
const dry = tensor(Array.from({ length: rate }, (_, i) => (i % 2000 < 20 ? 1 : 0))); // one second of clicks
const hall = tensor(Array.from({ length: rate / 4 }, (_, i) => (random.uniform() - 0.5) * Math.exp(-i / 600)));
const wet = await filterTensor(dry, hall, { padding: 'full', paddingMode: 'zero', flip: true, algorithm: 'fft' });
console.log(wet.shape[0], 'samples');
