// Blur faces
// Also: anonymize people, privacy, hide a license plate, blur a region, blur part of an image, pixelate
// convlab does not detect faces: pass the rectangles that a detector such as MediaPipe returns. `feather` fades the
// blur out toward the edge of each rectangle.
import { filter, gaussian } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const faces = [
  { x: 108, y: 94, width: 84, height: 100 },
  { x: 248, y: 114, width: 84, height: 100 },
]; // from a detector, or by hand

const photo = await readImage('people.jpg');
for (const face of faces) {
  await filter(photo, gaussian(face.width / 6), { region: { ...face, feather: 12 }, out: photo });
}
await writeImage('anonymous.jpg', photo);
