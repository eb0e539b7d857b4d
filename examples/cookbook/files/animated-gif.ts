// Filter an animated GIF
// Also: animation, frames, APNG, animated WebP
import { filter, sharpen } from 'convlab';
import { readAnimation, writeAnimation } from 'convlab/node';

const { frames, repeats } = await readAnimation('in.gif');
const sharp = await Promise.all(frames.map(async ({ image, delay }) => ({ image: await filter(image, sharpen(2)), delay })));
await writeAnimation('out.gif', { frames: sharp, repeats });
