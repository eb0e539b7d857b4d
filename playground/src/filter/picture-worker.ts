// Paints scenes and reads the pixels of pictures beside the page, which would stand still meanwhile.
import type { Image } from 'convlab';
import { imageOf } from './pixels.js';
import { paintScene, type Scene } from './scenes.js';

/** What the worker is asked: to paint, or to read a decoded picture. */
export type PictureQuestion = { readonly scene: Scene } | { readonly bitmap: ImageBitmap };
/** What it answers. */
export type PictureAnswer = { readonly image: Image } | { readonly failure: string };

addEventListener('message', ({ data }: MessageEvent<PictureQuestion>) => {
  try {
    const image = 'scene' in data ? paintScene(data.scene) : imageOf(data.bitmap, data.bitmap.width, data.bitmap.height);
    postMessage({ image } satisfies PictureAnswer, { transfer: [image.data.buffer as ArrayBuffer] });
  } catch (error) {
    postMessage({ failure: (error as Error).message } satisfies PictureAnswer);
  }
});
