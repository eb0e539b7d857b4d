import { catalogue } from 'convlab';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { goTo } from './filter/filter-page.js';
import { usePlayground } from './page.js';

const playground = usePlayground();

/** Three English words in a row are a sentence that was left in English; code, formulas and names of files are not looked at. */
function englishIn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest('pre, code, .formula, .mono, .device, script, noscript, option, [lang="en"]')) continue;
      if (/[a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(node.textContent ?? '')) found.push(node.textContent ?? '');
    }
    for (const each of document.querySelectorAll('[aria-label]')) {
      const label = each.getAttribute('aria-label') ?? '';
      if (/[a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(label)) found.push(label);
    }
    return found;
  });
}

test('no view keeps an English sentence, and every kernel has a Chinese name beside its own', async () => {
  // a page that was English before
  const page = await playground.open('#own?lang=en');
  for (const state of ['own?', 'filter?at=210,150&', 'network?layer=conv2&dx=2&', 'train?', 'volume?', 'add?', 'filter?scene=dot&second=box&']) {
    await goTo(page, `#${state}lang=zh`);
    await page.locator(`main[data-view="${state.split('?')[0]}"][aria-busy="false"] h1`).waitFor();
    await page.locator('.device[data-status="ready"]').waitFor();
    await expect.poll(() => page.locator('.loading').count()).toBe(0);
    expect(await englishIn(page), state).toEqual([]);
    if (state === 'own?')
      expect(await page.locator('input.own-name').evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value))).toEqual(['类别 1', '类别 2']);
  }
  const names = await page.locator('[data-panel="kernel"] select optgroup option').allTextContents();
  expect(names).toHaveLength(Object.keys(catalogue).length);
  for (const name of Object.keys(catalogue))
    expect(
      names.find((each) => each.endsWith(` ${name}`)),
      name,
    ).toMatch(/[一-鿿]/);
  expect(names).toContain('锐化 sharpen');
});

test('the lecture’s terms, and complaints of the library, are Chinese', async () => {
  const page = await playground.open('#filter?lang=zh&scene=dot&kernel=difference-of-gaussians&p=5,2');
  await page.locator('.device[data-status="ready"]').waitFor();
  expect(await page.locator('.header .notice').allTextContents()).toEqual([]);
  await page.getByText('sigma2 必须是大于 sigma1（5）的有限数，收到 2').first().waitFor();
  expect(await page.getByLabel('补齐').count()).toBeGreaterThan(0);
  const train = await playground.open('#train?lang=zh&backend=wasm');
  await expect.poll(() => train.locator('.device').textContent()).toMatch(/^wasm simd，\d+ 线程$/);
  await train.getByText('Dropout').first().waitFor();
  await train.getByText('校验').first().waitFor();
  expect(await train.getByText(/验证|随机失活|填充/).count()).toBe(0);
});
