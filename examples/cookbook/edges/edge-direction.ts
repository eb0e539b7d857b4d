// Show the direction of edges
// Also: gradient direction, orientation, angle, hue
import { gradientDirection } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('direction.jpg', await gradientDirection(photo)); // hue: direction, brightness: strength
