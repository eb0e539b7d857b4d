// How different are two images?
// Also: diff, PSNR, SSIM, similarity, compression quality, visual regression test
// PSNR is in decibels; SSIM is 1 for equal images. Both are computed over all channels.
import { compareImages } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('low.jpg', photo, { quality: 40, codec: 'built-in' });
const { max, psnr, ssim } = await compareImages(photo, await readImage('low.jpg', { codec: 'built-in' }));
console.log(`largest difference ${max}, PSNR ${psnr.toFixed(0)} dB, SSIM ${ssim?.toFixed(2)}`);
