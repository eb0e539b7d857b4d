// Blur faces
// Also: anonymize people, privacy, hide a license plate, blur a region, blur part of an image, pixelate
// convlab does not detect faces: pass the rectangles that a detector such as MediaPipe returns. `feather` fades the
// blur out towards the edge of each rectangle.
import { filter, gaussian } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const faces = [
  { x: 296, y: 104, width: 46, height: 48 },
  { x: 356, y: 214, width: 66, height: 40 },
]; // from a detector, or by hand

const photo = await readImage('photo.jpg');
for (const face of faces) {
  await filter(photo, gaussian(face.width / 4), { region: { ...face, feather: 4 }, out: photo });
}
await writeImage('anonymous.jpg', photo);
