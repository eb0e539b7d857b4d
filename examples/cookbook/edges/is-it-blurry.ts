// Is a photo blurry?
// Also: sharpness score, focus measure, variance of Laplacian, detect blur, out of focus
// The variance of the Laplacian is low if a photo has little fine detail. Choose the threshold with your own photos.
import { filter, grayscale, LAPLACIAN_4 } from 'convlab';
import { readImage } from 'convlab/node';

for (const name of ['photo.jpg', 'out-of-focus.jpg']) {
  const { data } = await filter(await grayscale(await readImage(name)), LAPLACIAN_4, { output: 'float' });
  const variance = 255 ** 2 * data.reduce((sum, value) => sum + (value * value) / data.length, 0);
  console.log(name, variance > 100 ? 'is sharp' : 'is blurry');
}
