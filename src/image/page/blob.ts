import { DataError, ShapeError, show, UnsupportedError } from '../../errors.js';
import { holding } from '../../lent-memory.js';
import { type OptionsOf, option, type Rows, settle, text, whole } from '../../options.js';
import { Turns } from '../../turns.js';
import { checkImage, createImage, type Image } from '../image.js';
import { rgbaInTurns } from '../samples.js';
import { context2d, imageFromCanvas } from './canvas.js';
import { pixelsAway, writtenAway } from './canvas-thread.js';

/**
 * Number of pixels from which a worker reads and fills the canvas; smaller images take this thread a few milliseconds.
 */
const MANY = 2 ** 19;

/**
 * Decodes an image file in the browser: PNG, JPEG, WebP, AVIF and any other format that the browser supports. The
 * result is in sRGB, with the EXIF orientation applied. Decoding and reading a large image does not block the page. In
 * Node, see `decodeImage` of `convlab/node`.
 * @param blob a file, e.g. from a file input or a response
 * @returns 8-bit RGBA
 * @throws DataError if the browser cannot decode it; UnsupportedError if `createImageBitmap` is not available
 */
export async function imageFromBlob(blob: Blob): Promise<Image> {
  if (typeof createImageBitmap === 'undefined') throw new UnsupportedError('imageFromBlob', 'requires createImageBitmap, which only browsers provide');
  if (!(blob instanceof Blob)) throw new ShapeError('imageFromBlob', `blob must be a Blob, received ${show(blob)}`, { blob });
  const bitmap = await createImageBitmap(blob).catch((cause) => {
    throw new DataError('imageFromBlob', `the browser cannot decode the Blob of ${blob.size} bytes and type ${show(blob.type)}`, { blob }, { cause });
  });
  const { width, height } = bitmap;
  const away = width * height >= MANY ? await pixelsAway(bitmap) : undefined;
  if (away) return createImage(width, height, 4, away);
  const canvas = new OffscreenCanvas(width, height);
  (canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D).drawImage(bitmap, 0, 0);
  bitmap.close();
  return imageFromCanvas(canvas);
}

const BLOB_OPTIONS = {
  /** `'image/png'`, `'image/jpeg'`, `'image/webp'` or another type that the browser supports. Default `'image/png'`. */
  type: option(text, { default: 'image/png' }),
  /** Quality of JPEG and WebP, 1 to 100. Default 90. */
  quality: option(whole(1, 100), { default: 90 }),
} satisfies Rows;

/** Options of {@link imageToBlob}. */
export interface BlobOptions extends OptionsOf<typeof BLOB_OPTIONS> {}

/**
 * Encodes an image in the browser, with 8 bits. A large image does not block the page.
 * @throws ShapeError if it is not an image; OptionError if an option breaks its rule; UnsupportedError if the browser
 * does not support the type
 */
export async function imageToBlob(image: Image, options: BlobOptions = {}): Promise<Blob> {
  const { type, quality } = settle('imageToBlob', options, BLOB_OPTIONS);
  checkImage('imageToBlob', image);
  if (typeof OffscreenCanvas === 'undefined') throw new UnsupportedError('imageToBlob', 'requires OffscreenCanvas, which only browsers provide');
  const { width, height } = image;
  const written = { type, quality: quality / 100 };
  const rgba = await holding([image.data], () => rgbaInTurns(image, new Turns()));
  const pixels = new ImageData(rgba as Uint8ClampedArray<ArrayBuffer>, width, height);
  const blob = (width * height >= MANY ? await writtenAway(pixels, written) : undefined) ?? (await writtenHere(pixels, written));
  if (blob.type !== type) throw new UnsupportedError('imageToBlob', `this browser cannot encode ${show(type)}; it returned ${show(blob.type)}`, { type });
  return blob;
}

function writtenHere(pixels: ImageData, options: ImageEncodeOptions): Promise<Blob> {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  context2d('imageToBlob', canvas).putImageData(pixels, 0, 0);
  return canvas.convertToBlob(options);
}
