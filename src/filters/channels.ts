import { OptionError } from '../errors.js';
import { borderTable, OUTSIDE } from '../kernels/border.js';
import type { ConvGeometry } from '../kernels/geometry.js';
import type { Tensor } from '../tensor.js';

/** `'colour'`: all but alpha; `'all'`; or a list of channel numbers from 0. */
export type Channels = 'colour' | 'all' | readonly number[];

/**
 * The numbers of the chosen channels, ascending.
 * @param count channels of the image: 2 and 4 mean that the last one is alpha
 */
export function chooseChannels(channels: Channels, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, c) => c);
  if (channels === 'all') return all;
  if (channels === 'colour') return count % 2 === 0 ? all.slice(0, -1) : all;
  if (!Array.isArray(channels) || channels.length === 0 || !channels.every((c) => all.includes(c))) {
    throw new OptionError('filter', 'channels', `must be 'colour', 'all' or a list of channel numbers from 0 to ${count - 1}`, channels);
  }
  return all.filter((c) => channels.includes(c));
}

/** The chosen channels alone. @param x `[1, C, H, W]`; itself if all are chosen */
export function pickChannels(x: Tensor, chosen: readonly number[]): Tensor {
  const [, channels, height, width] = x.shape;
  if (chosen.length === channels) return x;
  const area = height * width;
  const data = new Float32Array(chosen.length * area);
  chosen.forEach((c, i) => {
    data.set(x.data.subarray(c * area, (c + 1) * area), i * area);
  });
  return { shape: [1, chosen.length, height, width], data };
}

/**
 * The filtered channels in their places, and in all other channels the pixel of x that lies under the kernel's anchor.
 * @param filtered `[1, chosen, oH, oW]`
 * @param anchor cell of the window, `[y, x]`
 * @returns `[1, C, oH, oW]`
 */
export function mergeChannels(x: Tensor, chosen: readonly number[], filtered: Tensor, geometry: ConvGeometry, anchor: readonly number[]): Tensor {
  const [, channels, height, width] = x.shape;
  if (chosen.length === channels) return filtered;
  const [, , outHeight, outWidth] = filtered.shape;
  const [rows, columns] = ([1, 2] as const).map((axis) => {
    const table = borderTable(geometry, axis);
    return Int32Array.from({ length: geometry.output[axis] }, (_, o) => table[o * geometry.stride[axis] + anchor[axis - 1] * geometry.dilation[axis]]);
  });
  const area = outHeight * outWidth;
  const data = new Float32Array(channels * area);
  for (let c = 0; c < channels; c++) {
    const i = chosen.indexOf(c);
    if (i !== -1) {
      data.set(filtered.data.subarray(i * area, (i + 1) * area), c * area);
      continue;
    }
    for (let oh = 0, o = c * area; oh < outHeight; oh++) {
      for (let ow = 0; ow < outWidth; ow++, o++) {
        const outside = rows[oh] === OUTSIDE || columns[ow] === OUTSIDE;
        data[o] = outside ? geometry.paddingValue : x.data[(c * height + rows[oh]) * width + columns[ow]];
      }
    }
  }
  return { shape: [1, channels, outHeight, outWidth], data };
}
