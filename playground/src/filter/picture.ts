import { signal } from '@preact/signals';
import { run } from '../engine/engine.js';
import type { Picture } from './pictures.js';
import { t } from './strings.js';

/** The latest notice about the image. */
export const pictureNotice = signal<{ readonly kind: 'info' | 'error'; readonly text: string } | undefined>(undefined);

/**
 * Reads an image file, and shows a notice if it was changed.
 * @returns undefined if the browser cannot read it; a notice is shown
 */
export async function readPicture(file: Blob & { readonly name?: string }): Promise<Picture | undefined> {
  const name = file.name ?? t('pasted');
  try {
    const picture = (await run('read', file)).value;
    const [size, to] = [picture.size, picture].map(({ width, height }) => `${width} × ${height}`);
    pictureNotice.value = { kind: 'info', text: to === size ? t('opened', { name, size }) : t('reduced', { name, from: size, to }) };
    return picture;
  } catch (error) {
    const { name: what, message } = error as Error;
    const text = what === 'InvalidStateError' ? t('noPicture', { name, type: file.type || t('unknownType') }) : t('notRead', { name, reason: message });
    pictureNotice.value = { kind: 'error', text };
    return undefined;
  }
}
