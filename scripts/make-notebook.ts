// npm run docs:notebook: executes the notebook and stores its outputs, which Jupyter and GitHub show without running it.
import { readFileSync, writeFileSync } from 'node:fs';
import { execute } from './notebook.js';

const PATH = 'examples/ten-pictures.ipynb';
writeFileSync(PATH, `${JSON.stringify(execute(JSON.parse(readFileSync(PATH, 'utf8'))), null, 1)}\n`);
