// How will a kernel be computed?
// Also: algorithm, separable, FFT, direct, performance, plan, explain
// `explain` computes nothing. Its `text` lists the alternatives with predicted times. See [the plan](../plan.md).
import { explain, gaussian } from 'convlab';

const { algorithm, why } = await explain(gaussian(5), { width: 1920, height: 1080, channels: 3, samples: 'uint8' });
console.log(algorithm);
console.log(why);
