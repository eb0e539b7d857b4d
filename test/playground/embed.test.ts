import { expect, inject, test } from 'vitest';
import { expectNoFaults, usePlayground } from './page.js';

const playground = usePlayground();

test('hide= leaves out parts of the page and panels, and gives them back', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=box');
  const seen = async () => {
    const parts = { header: '.header', title: 'main h1', foot: '.foot', plan: '[data-panel="plan"]', stage: '[data-panel="stage"]' };
    const shown = await Promise.all(Object.entries(parts).map(async ([name, selector]) => ((await page.locator(selector).isVisible()) ? [name] : [])));
    return shown.flat();
  };
  const go = (hash: string) =>
    page.evaluate((to) => {
      location.hash = to;
    }, hash);
  await page.locator('[data-panel="plan"]').waitFor();
  expect(await seen()).toEqual(['header', 'title', 'foot', 'plan', 'stage']);
  await go('#filter?scene=dot&kernel=box&hide=header,foot,title');
  await expect.poll(seen).toEqual(['plan', 'stage']);
  await go('#filter?scene=dot&kernel=box&hide=plan,header');
  await expect.poll(seen).toEqual(['title', 'foot', 'stage']);
  // a name that could be a rule of its own is none
  await go('#filter?scene=dot&kernel=box&hide=main%20*%7B');
  await expect.poll(seen).toEqual(['header', 'title', 'foot', 'plan', 'stage']);
  expectNoFaults(page);
});

test('Copy iframe gives HTML that shows the view, or one panel alone, in another page', async () => {
  const page = await playground.open('#filter?example=slide5&step=3&lang=en', { permissions: ['clipboard-read', 'clipboard-write'] });
  const copied = async () => {
    await page.getByRole('button', { name: 'Copy iframe' }).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await page.locator('.walk').waitFor();
  await page.getByText('Share', { exact: true }).click();
  const whole = await copied();
  await page.getByLabel('Content').selectOption('steps');
  await expect.poll(copied).toContain('panel=steps');
  const one = await copied();
  expect(whole).toMatch(
    /^<iframe src="[^"]+#filter\?[^"]*hide=header,foot" width="960" height="600" title="Filter · convlab" allow="[^"]+" style="border:0"><\/iframe>$/,
  );

  const other = await page.context().newPage();
  await other.setViewportSize({ width: 1280, height: 1400 });
  await other.setContent(`<h1>A lesson</h1>${whole}${one}`);
  const [view, panel] = [0, 1].map((i) => other.frameLocator('iframe').nth(i));
  await view.locator('main h1').waitFor();
  await view.locator('[data-panel="stage"] canvas').first().waitFor();
  expect(await view.locator('.header').isVisible()).toBe(false);
  expect(await view.locator('.foot').isVisible()).toBe(false);
  await panel.locator('.walk').waitFor();
  expect(await panel.locator('main h1').isVisible()).toBe(false);
  expect(await panel.locator('[data-panel="steps"]').boundingBox()).toMatchObject({ width: 960, height: 600 });
  await expect.poll(() => panel.getByText('position 3 of 9').count()).toBe(1);
  await panel.getByRole('button', { name: 'Next' }).click();
  await expect.poll(() => panel.getByText('position 4 of 9').count()).toBe(1);
  expect(other.frames()[1].url().startsWith(inject('playground'))).toBe(true);
  await other.close();
  expectNoFaults(page);
});

test('a chapter that is shown alone is turned by a remote control; a panel that a view lacks hides nothing', async () => {
  const page = await playground.open('#lecture?chapter=feature-map&lang=en');
  const go = (hash: string) =>
    page.evaluate((to) => {
      location.hash = to;
    }, hash);
  await go('#lecture?chapter=feature-map&panel=chapter&present=1&lang=en');
  const panel = page.locator('[data-panel="chapter"]');
  await expect.poll(() => page.locator('.header').isVisible()).toBe(false);
  await expect.poll(() => panel.boundingBox()).toMatchObject({ width: 1280, height: 900 });
  for (const [key, step] of [
    ['PageDown', '2'],
    ['ArrowRight', '3'],
    ['PageUp', '2'],
  ]) {
    await page.keyboard.press(key);
    await expect.poll(() => panel.getAttribute('data-step')).toBe(step);
  }
  // the sentence goes with the panel
  expect(await panel.locator('.lec-said').textContent()).toBe(await page.locator('.lec-steps [aria-current="step"]').textContent());
  await go('#lecture?chapter=feature-map&panel=steps&present=1&lang=en');
  await expect.poll(() => page.locator('.lec-turn').isVisible()).toBe(true);
  expect(await page.locator('.header').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => !url.hash.includes('present'));
  expectNoFaults(page);
});
