import type { Control } from '../../control.js';
import type { Image, Samples } from '../../image/image.js';
import { formatOf, newImage } from '../../image/samples.js';
import type { Arrangement } from '../../kernels/backend.js';
import { whileKept } from '../../kernels/keep.js';
import { Turns } from '../../turns.js';

/** Pixels copied at a time; takes about a millisecond. */
const MOVED_PIXELS = 2 ** 17;

/** Side of the square tiles that are copied, so that columns of the source stay in the cache. */
const SIDE = 64;

/** The pixels of an image in another arrangement, always a copy, made on the calling thread a few milliseconds at a time. */
export function rearrange<S extends Samples>(image: Image<S>, arrangement: Arrangement, { signal, onProgress }: Control = {}): Promise<Image<S>> {
  const turns = new Turns(signal);
  const { width, height } = arrangement;
  const rows = Math.ceil(MOVED_PIXELS / width / SIDE) * SIDE;
  return whileKept([image.data], true, async ([data]) => {
    const out = newImage({ ...formatOf(image), width, height }, image) as Image<S>; // of the same format
    const source = { ...image, data } as Image;
    await turns.each(height, rows, (top, bottom) => {
      moveRows(source, out, arrangement, top, bottom);
      onProgress?.(bottom / height);
    });
    return out;
  });
}

/** Fills rows `top` … `bottom` − 1 of an image that contains the pixels of another image in a new arrangement. */
export function moveRows(image: Image, out: Image, { width, start, across, down }: Arrangement, top: number, bottom: number): void {
  const { channels } = image;
  if (across === 1) {
    for (let y = top; y < bottom; y++) {
      const from = (start + y * down) * channels;
      out.data.set(image.data.subarray(from, from + width * channels), y * width * channels);
    }
    return;
  }
  const [source, target] = asIntegers(image.data, out.data, channels);
  const pixel = target.length / (width * out.height);
  for (; top < bottom; top += SIDE) {
    for (let left = 0; left < width; left += SIDE) {
      const end = Math.min(width, left + SIDE);
      for (let y = top; y < Math.min(bottom, top + SIDE); y++) {
        const [from, to] = [start + left * across + y * down, y * width + left];
        copyPixels(source, from * pixel, across * pixel, target, to * pixel, (end - left) * pixel, pixel);
      }
    }
  }
}

type Integers = Uint8Array | Uint16Array | Uint32Array;

/** The same memory as an integer array, with one element per pixel if possible. */
function asIntegers(source: Samples, target: Samples, channels: number): readonly [Integers, Integers] {
  const pixelBytes = channels * source.BYTES_PER_ELEMENT;
  const fits = (bytes: number) => pixelBytes % bytes === 0 && source.byteOffset % bytes === 0;
  const Kind = fits(4) ? Uint32Array : fits(2) ? Uint16Array : Uint8Array;
  const view = ({ buffer, byteOffset, byteLength }: Samples) => new Kind(buffer as ArrayBuffer, byteOffset, byteLength / Kind.BYTES_PER_ELEMENT);
  return [view(source), view(target)];
}

/**
 * Copies the pixels of a row.
 * @param step distance between neighbors in the source, in array elements like all other numbers
 */
function copyPixels(source: Integers, from: number, step: number, target: Integers, to: number, count: number, pixel: number): void {
  if (pixel === 1) for (let i = to; i < to + count; i++, from += step) target[i] = source[from];
  else if (pixel === 3) {
    for (let i = to; i < to + count; i += 3, from += step) {
      target[i] = source[from];
      target[i + 1] = source[from + 1];
      target[i + 2] = source[from + 2];
    }
  } else for (let i = to; i < to + count; i += pixel, from += step) for (let k = 0; k < pixel; k++) target[i + k] = source[from + k];
}
