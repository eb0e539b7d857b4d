import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { catalogue, type FilterOptions, filter, type Image, type Tensor } from 'convlab';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { paintScene, type Scene } from '../../../playground/src/filter/scenes.js';

const paintings = new Map<Scene, Image>();

/** A scene, painted once. */
export function painted(scene: Scene): Image {
  const image = paintings.get(scene) ?? paintScene(scene);
  paintings.set(scene, image);
  return image;
}

/** A digest of the pixels on the screen: of 600,000 samples little else is quickly handed over. */
export function shown(page: Page, which: string | RegExp): Promise<{ size: string; sha256: string }> {
  return page.getByRole('img', { name: which, exact: true }).evaluate(async (canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(canvas, 0, 0);
    const digest = await crypto.subtle.digest('SHA-256', context?.getImageData(0, 0, width, height).data ?? new Uint8Array());
    return { size: `${width} × ${height}`, sha256: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('') };
  });
}

/** The same digest of an image. */
export function digestOf({ width, height, data }: Image): { size: string; sha256: string } {
  return { size: `${width} × ${height}`, sha256: createHash('sha256').update(data).digest('hex') };
}

/** The image on the screen is the one that the library makes of a scene. */
export async function expectResult(page: Page, scene: Scene, kernel: Tensor, options: FilterOptions = {}): Promise<void> {
  const expected = digestOf(await filter(painted(scene), kernel, options));
  await expect.poll(() => shown(page, 'after')).toEqual(expected);
}

/** A kernel of the catalogue. */
export function made(name: string, ...parameters: number[]): Tensor {
  const entry = catalogue[name];
  if (!('make' in entry)) throw new Error(`${name} is no kernel`);
  return entry.make(...parameters);
}

/** Goes on to another state on the same page. */
export function goTo(page: Page, hash: string): Promise<void> {
  return page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

/** The sum that is written out gives the sample that is in the image. */
export async function expectSumIsPixel(page: Page): Promise<number> {
  const [sample, inPicture] = [page.getByTestId('sample'), page.getByTestId('in-picture')];
  await sample.waitFor();
  await expect.poll(async () => (await sample.textContent()) === (await inPicture.textContent())).toBe(true);
  return Number(await inPicture.textContent());
}

/** A PNG of one bit a pixel, all white. */
export function whitePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(Math.ceil(width / 8), 255)]);
  const pixels = deflateSync(Buffer.concat(Array<Buffer>(height).fill(row)), { level: 1 });
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}
