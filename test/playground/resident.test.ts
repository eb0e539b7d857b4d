import { catalogue, filter } from 'convlab';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { paintScene } from '../../playground/src/filter/scenes.js';
import { DRAWS_ON_CANVAS, SOFTWARE_WEBGPU } from '../chromium.js';
import { expectNoFaults, usePlayground } from './page.js';

// Images that stay on a GPU, while a slider moves and while the camera is on.

const playground = usePlayground([...SOFTWARE_WEBGPU, ...DRAWS_ON_CANVAS]);

/** Counts the copies between the host and what draws or computes, in the worker that holds the backend. @returns what was counted since */
async function countCopies(page: Page): Promise<() => Promise<Record<string, number>>> {
  const [worker] = page.workers();
  await worker.evaluate(() => {
    const counts: Record<string, number> = { uploads: 0, draws: 0, reads: 0, writes: 0 };
    const count = (prototype: object, method: string, as: string, counted = (..._: readonly unknown[]) => true) => {
      const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
      const original = methods[method];
      methods[method] = function (this: unknown, ...args) {
        if (counted(...args)) counts[as]++;
        return original.apply(this, args);
      };
    };
    count(GPUQueue.prototype, 'copyExternalImageToTexture', 'uploads');
    count(OffscreenCanvasRenderingContext2D.prototype, 'drawImage', 'draws');
    count(GPUBuffer.prototype, 'mapAsync', 'reads');
    count(OffscreenCanvasRenderingContext2D.prototype, 'getImageData', 'reads');
    count(VideoFrame.prototype, 'copyTo', 'reads');
    count(OffscreenCanvasRenderingContext2D.prototype, 'putImageData', 'writes');
    // tables and sizes of programs are written, but no images
    count(GPUQueue.prototype, 'writeBuffer', 'writes', (_, __, data, ___, length) => Number(length ?? (data as ArrayBuffer).byteLength) > 10_000);
    Object.assign(globalThis, { counts });
  });
  return () => worker.evaluate(() => (globalThis as unknown as { counts: Record<string, number> }).counts);
}

/** The largest difference between what is shown and an image. */
function difference(page: Page, data: Uint8ClampedArray): Promise<number> {
  return page.getByRole('img', { name: 'after', exact: true }).evaluate((canvas: HTMLCanvasElement, expected) => {
    const { width, height } = canvas;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(canvas, 0, 0);
    const bytes = atob(expected);
    return context?.getImageData(0, 0, width, height).data.reduce((most, sample, i) => Math.max(most, Math.abs(sample - bytes.charCodeAt(i))), 0) ?? 256;
  }, Buffer.from(data).toString('base64'));
}

test('on webgpu a slider reads nothing back, and what it shows is the library’s; a pixel that is pointed at is read', async () => {
  const page = await playground.open('#filter?scene=shapes&kernel=gaussian&p=1&backend=webgpu');
  await expect.poll(() => page.locator('.device-name').textContent()).toMatch(/^webgpu/);
  const copies = await countCopies(page);
  const slider = page.getByLabel('sigma', { exact: true });
  for (const sigma of ['1.5', '2', '2.5', '3']) {
    const { draws } = await copies();
    await slider.fill(sigma);
    await expect.poll(async () => (await copies()).draws).toBeGreaterThan(draws);
  }
  const { make } = catalogue.gaussian as Extract<(typeof catalogue)[string], { make: unknown }>;
  const expected = await filter(paintScene('shapes'), make(3));
  await expect.poll(() => difference(page, expected.data as Uint8ClampedArray)).toBeLessThanOrEqual(1);
  expect(await copies()).toMatchObject({ uploads: 0, reads: 0, writes: 0 });
  await page.getByLabel('x', { exact: true }).fill('31');
  await page.getByLabel('y', { exact: true }).fill('17');
  const sample = expected.data[4 * (17 * expected.width + 31)];
  await expect.poll(async () => Math.abs(Number(await page.getByTestId('in-picture').textContent()) - sample)).toBeLessThanOrEqual(1);
  expect((await copies()).reads).toBeGreaterThan(0);
  expectNoFaults(page);
});

// a kernel, and operations of more than one
test.each(['emboss', 'sobel-edges', 'local-standard-deviation'])(
  'on webgpu the camera reads nothing back under %s; its rate and the backend are shown, and another view ends it',
  async (name) => {
    const page = await playground.open(`#filter?scene=dot&kernel=${name}&backend=webgpu`, { permissions: ['camera'] });
    await expect.poll(() => page.locator('.device-name').textContent()).toMatch(/^webgpu/);
    const copies = await countCopies(page);
    await page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const original = devices.getUserMedia.bind(devices);
      devices.getUserMedia = async () => {
        const stream = await original({ video: { width: 320, height: 180 } });
        Object.assign(globalThis, { stream });
        return stream;
      };
      // frames that were handed to the engine, and are not answered yet
      const seen = { waiting: 0, most: 0, frames: 0 };
      Object.assign(globalThis, { seen });
      const post = Worker.prototype.postMessage as (message: unknown, transfer: Transferable[]) => void;
      Worker.prototype.postMessage = function (this: Worker, message: { id: number; task?: string }, transfer: Transferable[]) {
        if (message.task === 'read') {
          seen.frames++;
          seen.most = Math.max(seen.most, ++seen.waiting);
          this.addEventListener('message', ({ data }) => {
            if (data.id === message.id) seen.waiting--;
          });
        }
        return post.call(this, message, transfer);
      } as Worker['postMessage'];
    });
    await page.getByRole('button', { name: 'Camera' }).click();
    await expect.poll(() => page.locator('.frame-rate').textContent()).toMatch(/^[1-9]\d* frames per second · webgpu/);
    expect(await page.locator('.caption').textContent()).toContain('320 × 180 becomes 320 × 180');
    await expect.poll(() => page.evaluate(() => (globalThis as unknown as { seen: { frames: number } }).seen.frames)).toBeGreaterThan(3);
    if (name === 'emboss') await page.getByText('Pause the picture to see the sum of a pixel.').waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { seen: { most: number } }).seen.most)).toBe(1);
    const { uploads, reads, writes } = await copies();
    expect(uploads).toBeGreaterThan(2);
    expect([reads, writes]).toEqual([0, 0]);
    await page.getByRole('link', { name: 'Network' }).click();
    await expect.poll(() => page.evaluate(() => (globalThis as unknown as { stream: MediaStream }).stream.active)).toBe(false);
    expectNoFaults(page);
  },
);
