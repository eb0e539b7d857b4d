// npm run docs:man: writes man/convlab.1 from the commands of src/cli.
import { mkdirSync, writeFileSync } from 'node:fs';
import { manPage } from './man-page.js';

mkdirSync('man', { recursive: true });
writeFileSync('man/convlab.1', await manPage());
