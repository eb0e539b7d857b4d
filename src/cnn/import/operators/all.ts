import type { OperatorRow, OperatorRows } from '../call.js';
import { ACTIVATIONS } from './activation-operators.js';
import { ARITHMETIC } from './arithmetic-operators.js';
import { AXES } from './axis-operators.js';
import { MATRICES } from './matrix-operators.js';
import { NORMALIZATIONS } from './normalization-operators.js';
import { SHAPES } from './shape-operators.js';
import { SIZES } from './size-operators.js';
import { WINDOWS } from './window-operators.js';

/** Every operator of ONNX that can be imported. */
export const OPERATORS: ReadonlyMap<string, OperatorRow> = new Map(
  [ACTIVATIONS, ARITHMETIC, AXES, MATRICES, NORMALIZATIONS, SHAPES, SIZES, WINDOWS].flatMap((rows: OperatorRows) => Object.entries(rows)),
);
