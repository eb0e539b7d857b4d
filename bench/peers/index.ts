import type { Peer } from '../row.js';
import { convlab } from './convlab.js';
import { opencvJs } from './opencv-js.js';
import { python } from './python.js';
import { sharp } from './sharp.js';
import { wasmVips } from './wasm-vips.js';

/** In the order of the tables. The first is what the others are compared with. */
export const PEERS: readonly Peer[] = [convlab, ...python, ...wasmVips, sharp, opencvJs];
