// Filter an image larger than memory
// Also: huge image, gigapixel, stream, out of memory, satellite, tiles, row by row
// Only a band of rows is in memory at a time, and the result is bit-identical to that of `filter`. On the command line:
// `convlab filter huge.png soft.png --kernel gaussian:3 --stream`. See [images larger than memory](../scale.md).
import { filterStream } from 'convlab';
import { openRows, writeRows } from 'convlab/node';

const photo = await openRows('huge.png');
const soft = await filterStream(photo.rows, photo.format, 'gaussian:3');
await writeRows('soft.png', soft, soft.format, { metadata: photo.metadata });
