// Reading or filling the pixels of a canvas takes about 10 ms per megapixel, so a worker does it for large images.

/**
 * The worker's source. It is a string so that bundlers need no second file. The worker reports that it runs, performs
 * the tasks it receives, and answers.
 */
const SOURCE = `'use strict';
onmessage = async ({ data: { bitmap, pixels, options } }) => {
  try {
    const { width, height } = bitmap ?? pixels;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (bitmap) {
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      postMessage({ result: data }, [data.buffer]);
    } else {
      context.putImageData(pixels, 0, 0);
      postMessage({ result: await canvas.convertToBlob(options) });
    }
  } catch (error) {
    postMessage({ error });
  }
};
postMessage('ready');
`;

/**
 * Reads the pixels of a bitmap in a worker, to which it is transferred.
 * @returns 8-bit RGBA; undefined if no worker can be started; then the bitmap is unchanged
 */
export function pixelsAway(bitmap: ImageBitmap): Promise<Uint8ClampedArray<ArrayBuffer> | undefined> {
  return away({ bitmap }, [bitmap]);
}

/**
 * Encodes pixels in a worker, to which their memory is transferred.
 * @returns undefined if no worker can be started; then they are unchanged
 */
export function writtenAway(pixels: ImageData, options: ImageEncodeOptions): Promise<Blob | undefined> {
  return away({ pixels, options }, [pixels.data.buffer]);
}

async function away<T>(task: object, handed: Transferable[]): Promise<T | undefined> {
  const worker = await start();
  if (!worker) return undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.onmessage = ({ data: { result, error } }) => (error ? reject(error) : resolve(result));
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(task, handed);
    });
  } finally {
    worker.terminate();
  }
}

/** @returns undefined if workers are not available, or the page's policy forbids this one */
function start(): Promise<Worker | undefined> {
  return new Promise((resolve) => {
    const url = URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' }));
    const started = (worker?: Worker) => {
      URL.revokeObjectURL(url);
      resolve(worker);
    };
    try {
      const worker = new Worker(url, { name: 'convlab canvas' });
      worker.onmessage = () => started(worker);
      worker.onerror = () => started();
    } catch {
      started();
    }
  });
}
