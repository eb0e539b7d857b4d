import { signal } from '@preact/signals';
import { run } from '../engine/engine.js';
import { t } from './strings.js';
import type { Kept } from './tasks.js';

/** What was said about the picture last. */
export const pictureNotice = signal<{ readonly kind: 'info' | 'error'; readonly text: string } | undefined>(undefined);

/**
 * Reads a picture file, and says what had to be done to it.
 * @returns undefined if it is no picture that this browser reads; the notice says so
 */
export async function readPicture(file: Blob & { readonly name?: string }): Promise<Kept | undefined> {
  const name = file.name ?? t('pasted');
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    pictureNotice.value = { kind: 'error', text: t('noPicture', { name, type: file.type || t('unknownType') }) };
    return undefined;
  }
  const { width, height } = bitmap;
  const size = `${width} × ${height}`;
  try {
    const picture = (await run('read', bitmap)).value;
    const { image } = picture;
    const reduced = image.width < width || image.height < height;
    pictureNotice.value = {
      kind: 'info',
      text: reduced ? t('reduced', { name, from: size, to: `${image.width} × ${image.height}` }) : t('opened', { name, size }),
    };
    return picture;
  } catch (error) {
    pictureNotice.value = { kind: 'error', text: t('tooLarge', { name, size, reason: (error as Error).message }) };
    return undefined;
  }
}
