import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { CHAPTERS } from '../../playground/src/lecture/state.js';
import { expectNoFaults, usePlayground } from './page.js';

const playground = usePlayground();
/** A projector, and no movement to wait for. */
const PROJECTOR = { viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' } as const;
/** A walk through the whole lecture, on a machine that has other work. */
const WALK = 240_000;
/** The smallest text, in pixels of the screen. */
const LEAST = 12;

/** Shows a panel alone. */
async function alone(page: Page, hash: string, panel: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, `#${hash}&panel=${panel}&present=1&backend=wasm`);
  await page.locator(`[data-alone][data-panel="${panel}"]`).waitFor();
}

/** What a lecture hall would not see: pixels beyond the window, what the keys lie over, text that is too small. */
function hidden(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const panel = document.querySelector('[data-alone]') as HTMLElement;
    const keys = document.querySelector('.present-keys')?.getBoundingClientRect();
    const found: string[] = [];
    for (const [name, { scrollHeight, clientHeight, scrollWidth, clientWidth }] of [
      ['page', document.documentElement],
      ['panel', panel],
    ] as const)
      if (scrollHeight > clientHeight || scrollWidth > clientWidth)
        found.push(`${name}: ${scrollWidth - clientWidth} × ${scrollHeight - clientHeight} px beyond`);
    for (const each of panel.querySelectorAll<HTMLElement | SVGTextElement>('*')) {
      const text = [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      const box = each.getBoundingClientRect();
      if (!(text || each.tagName === 'CANVAS') || box.width <= 1 || getComputedStyle(each).visibility === 'hidden') continue;
      const range = document.createRange();
      range.selectNodeContents(each);
      const drawn = text ? range.getBoundingClientRect() : box;
      if (keys && drawn.right > keys.left && drawn.bottom > keys.top && drawn.left < keys.right) found.push(`under the keys: ${each.outerHTML.slice(0, 80)}`);
      const scale = each instanceof SVGTextElement ? (each.getScreenCTM()?.a ?? 1) : 1;
      const size = scale * Number.parseFloat(getComputedStyle(each).fontSize);
      if (text && size < least) found.push(`${size.toFixed(1)} px: ${each.outerHTML.slice(0, 80)}`);
    }
    return found;
  }, LEAST);
}

test(
  'every step of every chapter fits into 1280 × 720, in both languages, in text that can be read',
  async () => {
    const page = await playground.open('#lecture?lang=en&backend=wasm', PROJECTOR);
    const panel = page.locator('.lec-panel');
    let walked = 0;
    const faults: string[] = [];
    const look = async (where: string) => faults.push(...(await hidden(page)).map((fault) => `${where}, ${fault}`));
    for (const chapter of CHAPTERS) {
      let steps = 1;
      for (let step = 1; step <= steps; step++) {
        for (const lang of ['en', 'zh']) {
          await alone(page, `lecture?chapter=${chapter}&step=${step}&lang=${lang}`, 'chapter');
          await page.locator(`.lec-panel[data-chapter="${chapter}"][data-step="${step}"]`).waitFor();
          await expect.poll(() => page.locator('.lec .loading').count()).toBe(0);
          // a net that learns in the panel has been measured
          const controls = await page.locator('.lec-controls').count();
          if (controls > 0) await page.locator('.lec-controls .primary:enabled').waitFor();
          await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(lang === 'zh' ? 'zh-Hans' : 'en');
          const where = `${chapter} ${step} ${lang}`;
          await look(where);
          if (chapter === 'overfitting' && step === 5 && lang === 'en') {
            await panel.getByRole('button', { name: 'Evaluate on the test set' }).click();
            await panel.getByTestId('tested').waitFor();
            await look(where);
          }
          walked++;
        }
        steps = await page.locator('.lec-steps li').count();
      }
    }
    expect(faults).toEqual([]);
    expect(walked).toBeGreaterThan(2 * 3 * CHAPTERS.length);
    expectNoFaults(page);
  },
  WALK,
);

test('the lecture’s examples and the signal fit into 1280 × 720', async () => {
  const page = await playground.open('#filter?lang=en', PROJECTOR);
  for (const lang of ['en', 'zh']) {
    for (const [hash, panel] of [
      ['filter?example=slide5&step=21', 'steps'],
      ['filter?example=slide7&step=21', 'steps'],
      ['filter?example=pooling&step=21', 'steps'],
      ['volume?signal=step', 'signal'],
    ]) {
      await alone(page, `${hash}&lang=${lang}`, panel);
      await expect.poll(() => page.locator('[data-alone] :is(canvas, .grid-cell)').count()).toBeGreaterThan(0);
      expect(await hidden(page), `${hash} ${lang}`).toEqual([]);
    }
  }
  expectNoFaults(page);
});
