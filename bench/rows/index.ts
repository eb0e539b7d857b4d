import type { Row } from '../row.js';
import { CNN } from './cnn.js';
import { FILES } from './files.js';
import { FILTERS } from './filters.js';
import { LAYERS } from './layers.js';
import { MICRO } from './micro.js';
import { OPTIONS } from './options.js';
import { sharingRows } from './sharing.js';
import { TENSORS } from './tensors.js';

const ONCE: readonly Row[] = [...MICRO, ...FILTERS, ...TENSORS, ...OPTIONS, ...LAYERS, ...CNN, ...FILES];

export const ROWS: readonly Row[] = [...ONCE, ...sharingRows(ONCE)];
