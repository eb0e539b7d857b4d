import { signal } from '@preact/signals';
import type { Image } from 'convlab';
import type { PictureAnswer, PictureQuestion } from './picture-worker.js';
import type { Scene } from './scenes.js';
import { t } from './strings.js';

/** What was said about the picture last. */
export const pictureNotice = signal<{ readonly kind: 'info' | 'error'; readonly text: string } | undefined>(undefined);

/** @throws Error with what the worker complains about */
function ask(question: PictureQuestion, transfer: Transferable[] = []): Promise<Image> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module', name: 'picture' });
    worker.addEventListener('message', ({ data }: MessageEvent<PictureAnswer>) => {
      worker.terminate();
      if ('image' in data) resolve(data.image);
      else reject(new Error(data.failure));
    });
    worker.addEventListener('error', ({ message }) => reject(new Error(message || 'the worker could not be loaded')));
    worker.postMessage(question, transfer);
  });
}

/** A scene, painted. */
export function paint(scene: Scene): Promise<Image> {
  return ask({ scene });
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
  const size = `${width} × ${height}`;
  try {
    const image = await ask({ bitmap }, [bitmap]);
    const reduced = image.width < width || image.height < height;
    pictureNotice.value = {
      kind: 'info',
      text: reduced ? t('reduced', { name, from: size, to: `${image.width} × ${image.height}` }) : t('opened', { name, size }),
    };
    return image;
  } catch (error) {
    pictureNotice.value = { kind: 'error', text: t('tooLarge', { name, size, reason: (error as Error).message }) };
    return undefined;
  }
}
