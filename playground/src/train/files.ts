import { DataError, type IdxArray, parseIdx } from 'convlab';
import { AREA, type Digits, unpacked } from '../digits/data.js';

/** A file that was chosen. */
interface ChosenFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Digits from two IDX files, with or without gzip: images `[N, 28, 28]` and labels `[N]`, in any order. The last sixth, at
 * most 5,000, is held out for validation.
 * @throws DataError if they are not such files, or do not belong together
 */
export async function digitsFromFiles(files: readonly ChosenFile[]): Promise<{ train: Digits; validation: Digits }> {
  if (files.length !== 2) throw new DataError('digits', `choose two files, one of images and one of labels, received ${files.length}`);
  const arrays = await Promise.all(files.map(async ({ name, bytes }) => parseIdx(await unpacked(bytes), { name })));
  const images = arrays.find(({ shape }) => shape.length === 3);
  const labels = arrays.find(({ shape }) => shape.length === 1);
  if (!images || !labels) {
    throw new DataError(
      'digits',
      `one file must contain images [N, 28, 28], the other labels [N], received ${arrays.map(({ shape }) => `[${shape}]`).join(' and ')}`,
    );
  }
  check(images, labels);
  const count = labels.shape[0];
  const kept = Math.min(5000, Math.floor(count / 6));
  const part = (from: number, to: number): Digits => ({
    length: to - from,
    images: { shape: [to - from, 1, 28, 28], data: (images.data as Uint8Array).subarray(from * AREA, to * AREA) },
    labels: (labels.data as Uint8Array).subarray(from, to),
  });
  return { train: part(0, count - kept), validation: part(count - kept, count) };
}

function check({ shape, data }: IdxArray, labels: IdxArray): void {
  if (shape[1] !== 28 || shape[2] !== 28) throw new DataError('digits', `images must have 28 × 28 pixels, received ${shape[1]} × ${shape[2]}`);
  if (shape[0] !== labels.shape[0]) throw new DataError('digits', `images and labels must have the same length, received ${shape[0]} and ${labels.shape[0]}`);
  if (shape[0] < 12) throw new DataError('digits', `choose at least 12 images, received ${shape[0]}`);
  if (!(data instanceof Uint8Array) || !(labels.data instanceof Uint8Array)) throw new DataError('digits', 'images and labels must be unsigned bytes');
  const odd = labels.data.find((label) => label > 9);
  if (odd !== undefined) throw new DataError('digits', `labels must be from 0 to 9, received ${odd}`);
}
