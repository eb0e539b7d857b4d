// The placement of the kernel on the image, as in `filter`, with the options of `conv`.
import { type ConvGeometry, type ConvOptions, convGeometry, type Tensor, tensor } from 'convlab';
import { run } from '../engine/engine.js';

/** With padding `'same'` a filter's anchor, the cell at floor(k / 2), visits every pixel. */
export function placeKernel(placement: ConvOptions, [height, width]: readonly number[]): ConvOptions {
  return placement.padding === 'same' ? { ...placement, anchor: [Math.floor(height / 2), Math.floor(width / 2)] } : placement;
}

/** The geometry of one plane. @throws ShapeError or OptionError as `filter` does */
export function geometryOf(picture: { readonly width: number; readonly height: number }, kernel: Tensor, placement: ConvOptions): ConvGeometry {
  return convGeometry([1, 1, picture.height, picture.width], [1, 1, ...kernel.shape], placeKernel(placement, kernel.shape), 'filter');
}

/** Marks a cell of the padding that shows no cell of the image. */
export const NOWHERE = -1;

/**
 * For every cell of a padded axis, the cell of the image that it shows, or {@link NOWHERE}. The library computes it by
 * padding the numbers 0 … n − 1 in the same way as an image.
 */
export async function shownCells(geometry: ConvGeometry, axis: 1 | 2): Promise<Int32Array> {
  const n = geometry.input[axis];
  const { paddingMode } = geometry;
  const shows = paddingMode !== 'zero' && paddingMode !== 'constant';
  const numbers = tensor(
    Float32Array.from({ length: n }, (_, i) => i),
    [1, 1, n],
  );
  const { value } = await run('conv', numbers, tensor([[[1]]]), {
    padding: [geometry.before[axis], geometry.after[axis]],
    ...(shows ? { paddingMode } : { paddingMode: 'constant', paddingValue: NOWHERE }),
  });
  return Int32Array.from(value.data);
}
