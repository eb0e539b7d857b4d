import { InvalidArgumentError } from 'commander';
import type { Channels } from '../filters/picture/channels.js';
import type { Region } from '../filters/picture/region.js';
import type { AxisPadding, PerAxis } from '../kernels/geometry.js';

// What is typed behind a flag, turned into the value of the option. The option itself checks the range.

/** `-1.5` */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** `2`, or `2,1`: vertically, horizontally. */
export function perAxis(text: string): PerAxis<number> {
  return oneOrTwo(text.split(',').map(number));
}

/** `same`, `valid`, `full`, `2`, `1:2` (before and after); one for both axes, or `1,same`: vertically, horizontally. */
export function padding(text: string): PerAxis<AxisPadding> {
  const axes = text.split(',').map((entry): AxisPadding => {
    if (entry === 'same' || entry === 'valid' || entry === 'full') return entry;
    const sides = entry.split(':').map((side) => (side.trim() === '' ? Number.NaN : Number(side)));
    if (sides.length > 2 || !sides.every(Number.isFinite)) {
      throw new InvalidArgumentError('It must be same, valid, full, a number, or before:after. What lies there is --padding-mode.');
    }
    return sides.length === 2 ? [sides[0], sides[1]] : sides[0];
  });
  return axes.length === 1 ? [axes[0], axes[0]] : oneOrTwo(axes);
}

/** `sum`, or a number. */
export function scale(text: string): number | 'sum' {
  return text === 'sum' ? text : number(text);
}

/** `color`, `all`, `luminance`, letters like `rb`, or `0,2`. */
export function channels(text: string): Channels {
  return /^[a-z]+$/.test(text) ? (text as Channels) : text.split(',').map(number);
}

/** `x,y,width,height`, or `x,y,width,height,feather`. */
export function region(text: string): Region {
  const [x, y, width, height, feather, ...more] = text.split(',').map(number);
  if (height === undefined || more.length > 0) throw new InvalidArgumentError('It must be x,y,width,height, or x,y,width,height,feather.');
  return { x, y, width, height, ...(feather === undefined ? {} : { feather }) };
}

/** `1080x1920`, or `3x1080x1920`: height x width, with channels in front. @returns `[channels, height, width]` */
export function shape(text: string): readonly number[] {
  const sizes = /^\d+(x\d+){1,2}$/i.test(text) ? text.split(/x/i).map(Number) : [];
  if (sizes.length === 0 || sizes.includes(0)) throw new InvalidArgumentError('It must be like 1080x1920 (height x width), or 3x1080x1920.');
  return sizes.length === 2 ? [1, ...sizes] : sizes;
}

function oneOrTwo<T>(values: readonly T[]): PerAxis<T> {
  if (values.length > 2) throw new InvalidArgumentError('It must be one value, or two: vertically,horizontally.');
  return values.length === 1 ? values[0] : values;
}
