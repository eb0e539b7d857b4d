import type { Row } from '../row.js';
import { CNN } from './cnn.js';
import { FILES } from './files.js';
import { FILTERS } from './filters.js';
import { LAYERS } from './layers.js';
import { MICRO } from './micro.js';
import { TENSORS } from './tensors.js';

export const ROWS: readonly Row[] = [...MICRO, ...FILTERS, ...TENSORS, ...LAYERS, ...CNN, ...FILES];
