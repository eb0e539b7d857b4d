import { OptionError } from '../errors.js';
import { checkImageForm, checkSize, createImage, type Image } from '../image/image.js';
import { carryMetadata } from '../image/metadata.js';
import { BACKEND_OPTION, type BackendOption, chosenBackend } from '../kernels/backends/create.js';
import { inNameOf } from '../kernels/eager.js';
import { checkOptions } from '../options.js';

/**
 * A black picture of 8 bits in the memory of a backend: one that is filtered from there to there is not copied, which is half the
 * time of a kernel of 3 × 3. That takes threads that share memory, as the backend `wasm` has them in Node and on cross-origin
 * isolated pages; elsewhere the picture is one like any other. Use it where many pictures are filtered, and give it back by
 * {@link freeImage}: it is not garbage that is collected.
 *
 * Its data is an array over shared memory. `ImageData`, `VideoFrame` and the like refuse that: give them a copy, `data.slice()`.
 *
 * @param size of the picture: a picture is also one
 * @returns as long as the backend is not disposed of
 * @throws ShapeError if a size or the channels break their rule
 * @throws OptionError if an option is unknown, or the backend is none
 * @throws UnsupportedError when the memory is exhausted
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
 * Gives back the memory of a picture of {@link allocateImage}: whoever is handed it afterwards refuses it. Calls that are computing in it come to their end
 * before it is used for anything else.
 * @param options the backend that it was asked of
 * @throws OptionError if it is not one of that backend, or was given back before
 */
export async function freeImage(image: Image, options: BackendOption = {}): Promise<void> {
  checkOptions('freeImage', options, BACKEND_OPTION);
  checkImageForm('freeImage', image);
  const on = await chosenBackend('freeImage', options.backend);
  if (on.freeBytes && !on.freeBytes(image.data as Uint8ClampedArray)) {
    throw new OptionError('freeImage', 'image', 'must be one that allocateImage gave for this backend, and that was not given back yet', image);
  }
}
