import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { expect, inject } from 'vitest';
import { AREA, bundledDigits, type Digits } from '../../playground/src/digits/data.js';
import type { ChapterName } from '../../playground/src/lecture/state.js';
import { type Backend, createBackend, decodeCheckpoint, type Module, type Tensor } from '../../src/node.js';

/** Shows a step of a chapter, and waits until its panel is computed. @param more of the page's state, such as `lang=zh` */
export async function show(page: Page, name: ChapterName, step: number, more = ''): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#lecture?chapter=${name}&step=${step}&backend=wasm${more}`);
  await shown(page, name, step);
}

/** Waits for a step of a chapter. */
export async function shown(page: Page, name: ChapterName, step: number): Promise<void> {
  await page.locator(`.lec-panel[data-chapter="${name}"][data-step="${step}"]`).waitFor();
  await expect.poll(() => page.locator('.lec .loading').count()).toBe(0);
}

/** The numbers of a grid, row by row; an empty cell is NaN. */
export async function cells(page: Page, id: string): Promise<number[]> {
  const texts = await page.locator(`[data-cell^="${id}/"]`).evaluateAll((all) => all.map((each) => each.firstChild?.textContent ?? ''));
  return texts.map((text) => (/^[−\d]/.test(text) ? Number(text.replace('−', '-')) : Number.NaN));
}

let opened: Promise<{ backend: Backend; model: Module }> | undefined;

/** The lecture's network that comes with the page, on the library's own backend. */
export function lectureNet() {
  opened ??= (async () => {
    const backend = await createBackend('wasm', { threads: 1 });
    const { model } = decodeCheckpoint(await readFile('playground/weights/lecture.safetensors'));
    return { backend, model: await model.eval().to(backend) };
  })();
  return opened;
}

/** The digits that come with the page. */
export function pageDigits(part: 'train' | 'test'): Promise<Digits> {
  return bundledDigits(`${inject('playground')}digits-${part}.bin`);
}

/** Digits as a network takes them, moved to the right by whole pixels. */
export function batchOf({ images }: Digits, from: number, to: number, dx = 0): Tensor {
  const data = new Float32Array((to - from) * AREA);
  for (let i = 0; i < data.length; i++) {
    const x = (i % 28) - dx;
    if (x >= 0 && x < 28) data[i] = images.data[from * AREA + i - dx] / 255;
  }
  return { shape: [to - from, 1, 28, 28], data };
}

export const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
