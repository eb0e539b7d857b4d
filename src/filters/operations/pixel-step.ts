import type { Format } from '../../image/samples.js';
import type { PictureStep } from '../../kernels/plan/plan-picture.js';
import { full } from '../../tensor.js';
import { placeStep } from '../step.js';

/** A step that changes no value, for operations that only load and store pixels. */
export function pixelStep(operation: string, { width, height }: Format, cells: number): PictureStep {
  const kernel = full([1, 1], 1);
  const { geometry, bias, algorithm } = placeStep(operation, [1, cells, height, width], kernel, {});
  return { kernel, geometry, bias, algorithm, border: Array.from({ length: cells }, () => 0) };
}
