// Find a small image in a large one
// Also: template matching, search, locate, icon in a screenshot, matchTemplate
import { crop, matchTemplate } from 'convlab';
import { readImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
const sun = await crop(photo, { x: 300, y: 110, width: 36, height: 36 }); // in practice from another file
const { peaks } = await matchTemplate(photo, sun, { threshold: 0.9 });
console.log(peaks.map(({ x, y, score }) => `${x.toFixed(0)}, ${y.toFixed(0)}: ${score.toFixed(2)}`).join('\n'));
