import { OptionError, UnsupportedError } from '../errors.js';
import { createImage, type Image } from '../image/image.js';
import { type ImageSource, toImage } from '../image/image-source.js';
import { canvasToCanvas, copyFrame, type Drawable, imageToCanvas, isCopied, isDrawable, sizeOfDrawable } from '../image/page/canvas.js';
import { type Format, formatOf, newImage } from '../image/samples.js';
import type { Backend, DevicePicture } from '../kernels/backend.js';
import { BACKEND_OPTION, type BackendOption, checkBackend, onBackend } from '../kernels/backends/create.js';
import { inNameOf } from '../kernels/eager.js';
import { checkOptions } from '../options.js';

/**
 * An image in the memory of a backend: on a GPU, or in the memory of `wasm`. Create it with {@link uploadImage} and pass it to `filter`, a
 * `Pipeline` or a `FilterPlan`, which then return a device image as well, so nothing is copied between two filters. Release it with
 * {@link DeviceImage.free}: it is not garbage-collected.
 */
export class DeviceImage implements Format {
  readonly width: number;
  readonly height: number;
  readonly channels: Format['channels'];
  readonly samples: Format['samples'];
  #content: DevicePicture | Image | undefined;

  /**
   * Use {@link uploadImage}.
   * @param content on the device, or on the host if the backend cannot store images of that format
   */
  constructor(
    format: Format,
    /** the backend that stores the image and filters it */
    readonly backend: Backend,
    content: DevicePicture | Image,
  ) {
    this.width = format.width;
    this.height = format.height;
    this.channels = format.channels;
    this.samples = format.samples;
    this.#content = content;
  }

  /** The image as the backend stores it; an Image if in host memory. @throws UnsupportedError if it was freed */
  get content(): DevicePicture | Image {
    if (!this.#content) throw new UnsupportedError('DeviceImage', 'this image was freed');
    return this.#content;
  }

  /** A copy on the host. @throws UnsupportedError if it was freed, or the device was lost */
  async read(): Promise<Image> {
    const { content, backend } = this;
    if (isOnHost(content)) return { ...content, data: content.data.slice() };
    const image = newImage(this);
    await inNameOf('DeviceImage', backend, async () => {
      if (!backend.devicePictures) throw new UnsupportedError('DeviceImage', 'the backend of this image was disposed of');
      await backend.devicePictures.read(content, image.data);
    });
    return image;
  }

  /**
   * Draws the image on a canvas and resizes the canvas to fit, like `imageToCanvas`. A GPU draws it without reading it
   * back: on webgpu always, on webgl2 only color images.
   * @throws UnsupportedError if it was freed, the device was lost, or the canvas has a context other than `2d`
   */
  async draw(canvas: HTMLCanvasElement | OffscreenCanvas): Promise<void> {
    const { content, backend } = this;
    if (isOnHost(content)) return imageToCanvas(content, canvas);
    await inNameOf('DeviceImage', backend, async () => {
      const drawn = backend.devicePictures?.draw?.(content, (from) => canvasToCanvas('DeviceImage', from, canvas));
      await (drawn ?? this.read().then((image) => imageToCanvas(image, canvas)));
    });
  }

  /** Releases the memory. Any other use of the image then throws; calling `free` again does nothing. */
  free(): void {
    const content = this.#content;
    this.#content = undefined;
    if (!content) return;
    if (!isOnHost(content)) this.backend.devicePictures?.free(content);
    else if (content.data instanceof Uint8ClampedArray) this.backend.freeBytes?.(content.data);
  }
}

/** True if the image of a backend is in host memory. */
export function isOnHost(content: DevicePicture | Image): content is Image {
  return 'data' in content;
}

/**
 * Copies an image to the memory of a backend.
 * @param source any {@link ImageSource}. A canvas, an ImageBitmap or a VideoFrame becomes 8-bit RGBA; if `backend` is a
 * GPU, the browser transfers it without a copy on the host where it can
 * @throws ShapeError if it is no image; OptionError if an option is unknown, or `backend` is not a backend
 * @throws UnsupportedError when the memory is exhausted
 * @example
 * ```ts
 * import { createBackend, createImage, filter, gaussian, sharpen, uploadImage } from 'convlab';
 *
 * const backend = await createBackend('wasm'); // or 'gpu'
 * const image = await uploadImage(createImage(640, 480, 4), { backend });
 * const soft = await filter(image, gaussian(2));
 * const crisp = await filter(soft, sharpen()); // nothing has been read back yet
 * console.log((await crisp.read()).data.length); // → 1228800
 * for (const each of [image, soft, crisp]) each.free();
 * ```
 */
export async function uploadImage(source: ImageSource, options: BackendOption = {}): Promise<DeviceImage> {
  checkOptions('uploadImage', options, BACKEND_OPTION);
  if (options.backend && isDrawable(source)) return uploadDrawable(source, checkBackend('uploadImage', options.backend));
  const image: Image = toImage(source, 'uploadImage');
  return onBackend('uploadImage', options, image, (on, image) => inNameOf('uploadImage', on, async () => upload(image, on)));
}

/**
 * Transfers a drawable source from the browser to a GPU, or into the memory of the backend. The source is read before
 * the first `await`.
 */
function uploadDrawable(source: Drawable, backend: Backend): Promise<DeviceImage> {
  const format = { ...sizeOfDrawable('uploadImage', source), channels: 4, samples: 'uint8' } as const;
  const { devicePictures } = backend;
  return inNameOf('uploadImage', backend, async () => {
    const content = devicePictures ? devicePictures.uploadDrawable?.(source, format.width, format.height) : frameOnHost(source, format, backend);
    return content ? new DeviceImage(format, backend, await content) : upload(toImage(source, 'uploadImage'), backend);
  });
}

/** @returns undefined if it must be drawn on a canvas and read back */
function frameOnHost(source: Drawable, format: Format, backend: Backend): Promise<Image> | undefined {
  if (!isCopied(source)) return undefined;
  const host = hostPicture(format, backend) as Image<Uint8ClampedArray>;
  return copyFrame(source, host.data).then(
    () => host,
    (error) => {
      backend.freeBytes?.(host.data);
      throw error;
    },
  );
}

/** The same for checked arguments. */
export function upload(image: Image, backend: Backend): DeviceImage {
  const format = formatOf(image);
  const picture = backend.devicePictures?.upload(image.data, format);
  if (picture) return new DeviceImage(format, backend, picture);
  const host = hostPicture(format, backend);
  host.data.set(image.data);
  return new DeviceImage(format, backend, host);
}

/** An Image in the memory of the backend, if that memory is accessible and the format has 8 bits. */
export function hostPicture(format: Format, backend: Backend): Image {
  const { width, height, channels, samples } = format;
  if (samples !== 'uint8') return newImage(format);
  return createImage(width, height, channels, backend.allocateBytes?.(width * height * channels));
}

/**
 * The backend on which an image is filtered; undefined: the default one.
 * @throws OptionError if the image is stored on a backend other than the requested one
 */
export function backendFor(operation: string, image: Image | DeviceImage, chosen: Backend | undefined): Backend | undefined {
  if (!(image instanceof DeviceImage)) return chosen;
  if (chosen !== undefined && chosen !== image.backend)
    throw new OptionError(operation, 'backend', 'must be the backend that stores the image, or be omitted', chosen.name);
  return image.backend;
}

/** The format of an image in host memory or on a backend. */
export function formatOfAny(image: Image | DeviceImage): Format {
  if (!(image instanceof DeviceImage)) return formatOf(image);
  const { width, height, channels, samples } = image;
  return { width, height, channels, samples };
}
