import { catalogue } from 'convlab';
import { expect, test } from 'vitest';
import { SLIDERS } from '../../../playground/src/filter/parameters.js';
import { expectNoFaults, usePlayground } from '../page.js';
import { goTo } from './filter-page.js';

const playground = usePlayground();

test('every filter of the catalogue has its result, its formula, and the programs that ran, in both languages', async () => {
  const page = await playground.open('#filter');
  const [made, formula, ran] = [page.locator('.frame'), page.locator('.formula'), page.locator('.ran li')];
  for (const [name, entry] of Object.entries(catalogue)) {
    await goTo(page, `#filter?kernel=${name}&lang=${name.length % 2 ? 'zh' : 'en'}`);
    await expect.poll(() => formula.textContent()).toBe(entry.formula);
    await expect.poll(() => page.locator('.busy').getAttribute('data-busy')).toBe('false');
    expect(await made.count(), name).toBe(1);
    expect((await ran.allTextContents()).join(), name).toMatch(/\S/);
    expect(await page.locator('.notice').allTextContents(), name).toEqual([]);
  }
  expectNoFaults(page);
});

test('every parameter of the catalogue has a slider that holds its default', () => {
  for (const { parameters } of Object.values(catalogue)) {
    for (const { name, default: value } of parameters) {
      expect(SLIDERS[name], name).toBeDefined();
      expect(SLIDERS[name].min, name).toBeLessThanOrEqual(value);
      expect(SLIDERS[name].max, name).toBeGreaterThanOrEqual(value);
    }
  }
});
