import { OptionError } from '../errors.js';
import { checkImageForm, checkSize, createImage, type Image } from '../image/image.js';
import { carryMetadata } from '../image/metadata.js';
import { BACKEND_OPTION, type BackendOption, chosenBackend } from '../kernels/backends/create.js';
import { inNameOf } from '../kernels/eager.js';
import { checkOptions } from '../options.js';

/**
 * Creates a black 8-bit image in the memory of a backend. Filtering from one such image to another copies nothing, which halves the time of a
 * 3 × 3 kernel. This requires threads with shared memory: the `wasm` backend in Node and on cross-origin-isolated pages. Elsewhere, it creates
 * an ordinary image. Use it when you filter many images, and release it with {@link freeImage}: it is not garbage-collected.
 *
 * Its data is backed by shared memory, which `ImageData`, `VideoFrame` and similar classes do not accept: pass them a copy, `data.slice()`.
 *
 * @param size width, height and channels; an image can be passed
 * @returns an image that is valid until the backend is disposed
 * @throws ShapeError if a size or the number of channels is invalid
 * @throws OptionError if an option is unknown, or `backend` is not a backend
 * @throws UnsupportedError if there is not enough memory
 * @example
 * ```ts
 * import { allocateImage, filter, freeImage, sharpen } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * const photo = await readImage('photo.jpg');
 * const [image, out] = await Promise.all([allocateImage(photo), allocateImage(photo)]);
 * image.data.set(photo.data);
 * await filter(image, sharpen(), { out });
 * await writeImage('sharp.png', out);
 * await Promise.all([freeImage(image), freeImage(out)]);
 * ```
 */
export async function allocateImage(size: Pick<Image, 'width' | 'height' | 'channels' | 'metadata'>, options: BackendOption = {}): Promise<Image> {
  checkOptions('allocateImage', options, BACKEND_OPTION);
  const { width, height, channels } = size;
  checkSize('allocateImage', width, height, channels);
  const on = await chosenBackend('allocateImage', options.backend);
  return inNameOf('allocateImage', on, async () => carryMetadata(createImage(width, height, channels, on.allocateBytes?.(width * height * channels)), size));
}

/**
 * Releases the memory of an image from {@link allocateImage}. Calls that receive the image afterwards throw. Calls that still use it finish before
 * the memory is reused.
 * @param options the backend that allocated it
 * @throws OptionError if the backend did not allocate it, or if it was already released
 */
export async function freeImage(image: Image, options: BackendOption = {}): Promise<void> {
  checkOptions('freeImage', options, BACKEND_OPTION);
  checkImageForm('freeImage', image);
  const on = await chosenBackend('freeImage', options.backend);
  if (on.freeBytes && !on.freeBytes(image.data as Uint8ClampedArray)) {
    throw new OptionError('freeImage', 'image', 'must be an image from allocateImage on this backend that was not freed yet', image);
  }
}
