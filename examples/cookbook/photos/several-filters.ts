// Apply several filters in a row
// Also: chain, pipeline, combine filters, sequence, preset, recipe
// Nothing is rounded between the steps, and the image is copied to the backend and back only once. `JSON.stringify(look)` saves a
// pipeline; `pipelineFromJSON` reads it.
import { pipeline } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const look = pipeline(['gaussian:1', 'sharpen:2', 'emboss:135,0.3'], { channels: 'luminance', output: 'signed' });

const photo = await readImage('photo.jpg');
await writeImage('look.jpg', await look.apply(photo));
