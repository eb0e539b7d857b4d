import { measureFilm } from './film.js';
import { measureGif } from './gif.js';
import { measureLarge } from './large.js';
import { measureVolume } from './volume.js';

const MEASURES = { film: measureFilm, large: measureLarge, gif: measureGif, volume: measureVolume } as const;
const [name, ...args] = process.argv.slice(2);
const measure = Object.entries(MEASURES).find(([each]) => each === name)?.[1];
if (!measure) throw new Error(`must be one of ${Object.keys(MEASURES).join(', ')}, received ${name}`);
await measure(args);
