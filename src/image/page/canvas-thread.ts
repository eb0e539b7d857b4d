// To read the pixels of a canvas, or to fill it, takes a page about 10 ms for each megapixel: a worker does it for large pictures.

/** A string, so that bundlers have no second file to find. It says when it runs, does what it is sent, and answers. */
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

/** The pixels of a bitmap, which is handed over. @returns 8-bit RGBA; undefined if no worker starts here: then the bitmap is as it was */
export function pixelsAway(bitmap: ImageBitmap): Promise<Uint8ClampedArray<ArrayBuffer> | undefined> {
  return away({ bitmap }, [bitmap]);
}

/** A file of pixels, whose memory is handed over. @returns undefined if no worker starts here: then they are as they were */
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

/** @returns undefined where there are no workers, or the page's policy forbids this one */
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
