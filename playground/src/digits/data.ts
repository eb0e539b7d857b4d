import { parseIdx } from 'convlab';

/** Handwritten digits, 28 × 28 bytes each, 0 black to 255 white. */
export interface Digits {
  readonly length: number;
  /** `[N, 1, 28, 28]` */
  readonly images: { readonly shape: readonly number[]; readonly data: Uint8Array };
  readonly labels: Uint8Array;
}

/** Number of cells of a digit. */
export const AREA = 28 * 28;

const loading = new Map<string, Promise<Digits>>();

/**
 * Digits that come with the page, loaded once.
 * @param url of `digits-train.bin` or `digits-test.bin`
 */
export function bundledDigits(url: string): Promise<Digits> {
  const known = loading.get(url) ?? fetchDigits(url);
  loading.set(url, known);
  // a failed download may be retried
  known.catch(() => loading.delete(url));
  return known;
}

async function fetchDigits(url: string): Promise<Digits> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  const name = url.slice(url.lastIndexOf('/') + 1);
  const { shape, data } = parseIdx(await unpacked(new Uint8Array(await response.arrayBuffer())), { name });
  const [length, row] = shape;
  if (row !== AREA + 1) throw new Error(`${name}: a row must be a label and ${AREA} bytes, received [${shape}]`);
  const [images, labels] = [new Uint8Array(length * AREA), new Uint8Array(length)];
  for (let i = 0; i < length; i++) {
    labels[i] = data[i * row];
    images.set((data as Uint8Array).subarray(i * row + 1, (i + 1) * row), i * AREA);
  }
  return { length, images: { shape: [length, 1, 28, 28], data: images }, labels };
}

/** The bytes without gzip; servers may have decompressed them already. */
export async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
