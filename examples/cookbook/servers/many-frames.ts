// Filter many frames of one size
// Also: camera, real time, reuse memory, performance, allocateImage, webcam, fps
import { allocateImage, filter, freeImage } from 'convlab';
import { readImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
const [frame, result] = [await allocateImage(photo), await allocateImage(photo)]; // allocated by the backend, so nothing is copied
for (let i = 0; i < 5; i++) {
  frame.data.set(photo.data); // the next frame
  await filter(frame, 'sharpen', { out: result });
}
console.log(result.width, result.height);
await Promise.all([freeImage(frame), freeImage(result)]);
