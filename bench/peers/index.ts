import type { Peer } from '../row.js';
import { convlab, convlabOwnMemory, convlabPlain } from './convlab.js';
import { convlabSharing } from './convlab-sharing.js';
import { gpuJs } from './gpu-js.js';
import { imageJs } from './image-js.js';
import { jimp } from './jimp.js';
import { limits } from './limits.js';
import { onnxruntime } from './onnxruntime.js';
import { opencvJs } from './opencv-js.js';
import { processes } from './processes.js';
import { python } from './python.js';
import { sharp } from './sharp.js';
import { tfjs } from './tfjs.js';
import { wasmVips } from './wasm-vips.js';

/** In the order of the tables. The first is what the others are compared with. */
export const PEERS: readonly Peer[] = [
  convlab,
  convlabOwnMemory,
  convlabPlain,
  ...convlabSharing,
  ...python,
  ...wasmVips,
  sharp,
  opencvJs,
  onnxruntime,
  ...tfjs,
  ...gpuJs,
  imageJs,
  jimp,
  ...processes,
  ...limits,
];
