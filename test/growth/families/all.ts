import type { Family } from '../family.js';
import { ANIMATIONS } from './animations.js';
import { JPEGS } from './jpegs.js';
import { LAYERS } from './layers.js';
import { ONNX } from './onnx.js';
import { PLAIN } from './plain.js';
import { PNGS } from './pngs.js';
import { TENSORS } from './tensors.js';
import { TEXTS } from './texts.js';
import { TIFFS } from './tiffs.js';

/** Every structure of every file and text that is read. */
export const FAMILIES: readonly Family[] = [...PNGS, ...ANIMATIONS, ...JPEGS, ...TIFFS, ...PLAIN, ...TENSORS, ...ONNX, ...LAYERS, ...TEXTS];
