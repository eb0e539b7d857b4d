import { signal } from '@preact/signals';
import { type Image, imageFromCanvas } from 'convlab';
import { t } from './strings.js';

/** More pixels than these are not worked on: a page has to answer while a slider moves. */
export const MOST_PIXELS = 4e6;

/** What was said about the picture last. */
export const pictureNotice = signal<{ readonly kind: 'info' | 'error'; readonly text: string } | undefined>(undefined);

/** The largest size of the same shape with at most `most` pixels. */
export function fitted(width: number, height: number, most = MOST_PIXELS): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(most / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

/** The pixels of anything that a canvas can draw, reduced where they are too many. */
export function imageOf(source: CanvasImageSource, width: number, height: number): Image {
  const size = fitted(width, height);
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no 2d context');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, size.width, size.height);
  return imageFromCanvas(canvas);
}

/**
 * Reads a picture file, and says what had to be done to it.
 * @returns undefined if it is no picture that this browser reads; the notice says so
 */
export async function readPicture(file: Blob & { readonly name?: string }): Promise<Image | undefined> {
  const name = file.name ?? t('pasted');
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    pictureNotice.value = { kind: 'error', text: t('noPicture', { name, type: file.type || t('unknownType') }) };
    return undefined;
  }
  const { width, height } = bitmap;
  try {
    const image = imageOf(bitmap, width, height);
    const reduced = image.width < width || image.height < height;
    pictureNotice.value = {
      kind: 'info',
      text: reduced
        ? t('reduced', { name, from: `${width} × ${height}`, to: `${image.width} × ${image.height}` })
        : t('opened', { name, size: `${width} × ${height}` }),
    };
    return image;
  } catch (error) {
    pictureNotice.value = { kind: 'error', text: t('tooLarge', { name, size: `${width} × ${height}`, reason: (error as Error).message }) };
    return undefined;
  } finally {
    bitmap.close();
  }
}
