import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { CHAPTERS, type ChapterName } from '../../playground/src/lecture/state.js';
import { Conv2d, conv, convGeometry, DataLoader, Dropout, full, maxPool, rightness, TensorDataset, tensor } from '../../src/node.js';
import { batchOf, lectureNet, pageDigits, show, shown } from './lecture-page.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();
/** A walk through the whole lecture, on a machine that has other work. */
const WALK = 240_000;

const PICTURE = tensor(
  ['01000', '11100', '01000', '00001', '11111'].map((row) => [...row].map(Number)),
  [1, 1, 5, 5],
);
const CROSS = tensor([0, 1, 0, 1, 0, 1, 0, 1, 0], [1, 1, 3, 3]);
/** The last window of the pooling example. */
const LAST = tensor([7, 0, 1, 2, 1, 0, 0, 4, 3], [1, 1, 3, 3]);

/** What each question is answered with: a number by the library, or the position of a choice. */
const ANSWERS: Readonly<Record<ChapterName, { readonly choice: number } | { readonly number: () => Promise<number> }>> = {
  recognition: {
    number: async () => {
      const [{ model }, digits] = [await lectureNet(), await pageDigits('test')];
      return (100 * rightness(await model.run(batchOf(digits, 0, 1000, 8)), digits.labels)[0]) / 1000;
    },
  },
  'feature-map': { number: async () => (await conv(PICTURE, CROSS)).data[3] },
  padding: { number: async () => [0, 1, 2, 3].find((padding) => convGeometry([1, 1, 28, 28], [1, 1, 5, 5], { padding }).output[1] === 28) as number },
  'kernel-bank': { choice: 1 },
  'weight-sharing': { number: async () => new Conv2d(1, 1, 5, { bias: false }).parameters()[0].storage.length },
  filters: { choice: 2 },
  pooling: { number: async () => (await maxPool(LAST, { kernelSize: 3 })).output.data[0] },
  cubes: { number: async () => (await (await lectureNet()).model.stateDict()).get('conv2.weight')?.data.length as number },
  mnist: {
    number: async () =>
      new DataLoader(new TensorDataset({ shape: [60_000, 1], data: new Uint8Array(60_000) }, new Uint8Array(60_000)), { batchSize: 64 }).length,
  },
  dropout: {
    number: async () =>
      Math.max(
        ...(
          await new Dropout(0.75)
            .initialize(5)
            .train()
            .run(full([1, 100], 1))
        ).data,
      ),
  },
  training: { choice: 1 },
  overfitting: { choice: 0 },
  inside: { number: async () => (await (await lectureNet()).model.stateDict()).get('conv2.weight')?.shape[1] as number },
  'template-matching': { number: async () => 1 },
  'your-net': { choice: 2 },
};

/** Answers wrongly, then rightly. @param enter how a field or a choice is used */
async function answer(page: Page, name: ChapterName, use: { type(text: string): Promise<void>; pick(i: number): Promise<void> }): Promise<void> {
  const verdict = page.locator('.lec-verdict');
  const right = ANSWERS[name];
  if ('choice' in right) {
    await use.pick((right.choice + 1) % 3);
    await expect.poll(() => verdict.getAttribute('data-verdict')).toBe('wrong');
    await use.pick(right.choice);
  } else {
    const value = await right.number();
    await use.type(String(value + 17));
    await expect.poll(() => verdict.getAttribute('data-verdict'), { message: name }).toBe('wrong');
    await use.type(String(value));
  }
  await expect.poll(() => verdict.getAttribute('data-verdict'), { message: name }).toBe('right');
}

/** Chapters with parts that the others do not have: their contrast is checked in the light theme too. */
const LIGHT: readonly ChapterName[] = ['feature-map', 'weight-sharing', 'cubes', 'dropout', 'overfitting'];

test(
  'by mouse: Next leads through every step, every question takes the library’s answer, every link leads into a view',
  async () => {
    const page = await playground.open('#lecture?backend=wasm&lang=en&theme=light', { viewport: { width: 1600, height: 900 } });
    const next = page.locator('.lec-turn .primary');
    const check = page.getByRole('button', { name: 'Check' });
    const names = stateNames();
    for (const name of CHAPTERS) {
      await shown(page, name, 1);
      const steps = await page.locator('.lec-steps li').count();
      for (let step = 1; step <= steps; step++) {
        await shown(page, name, step);
        expect(await page.locator('.lec-steps [aria-current="step"]').count()).toBe(1);
        if (step < steps) await next.click();
      }
      await answer(page, name, {
        type: async (text) => {
          await page.getByLabel('Your answer').fill(text);
          await check.click();
        },
        pick: async (i) => {
          await page.locator('.lec-option').nth(i).click();
          await check.click();
        },
      });
      for (const href of await page.locator('.lec-more a').evaluateAll((all) => all.map((each) => each.getAttribute('href') as string))) {
        const [view, query] = href.slice(1).split('?');
        for (const [state] of new URLSearchParams(query))
          expect(names, href).toContain(['lang', 'theme', 'backend'].includes(state) ? `page ${state}` : `${view} ${state}`);
      }
      if (LIGHT.includes(name)) expect(await findBarriers(page), name).toEqual([]);
      if (name !== 'your-net') await next.click();
    }
    expect(await page.locator('.lec-tick').count()).toBe(CHAPTERS.length);
    await page.locator('.lec-more a').first().click();
    await page.locator('main[data-view="add"]').waitFor();
    const [, kept] = new URL(page.url()).hash.split('?');
    expect(Object.fromEntries(new URLSearchParams(kept))).toEqual({ lang: 'en', theme: 'light', backend: 'wasm' });
    expectNoFaults(page);
  },
  WALK,
);

test(
  'by keyboard, in Chinese and in the dark: every address leads to its step and back, and nothing is left in English',
  async () => {
    const page = await playground.open('#lecture?chapter=padding&step=2&lang=zh&theme=dark&backend=wasm');
    for (const name of CHAPTERS) {
      const step = name === 'recognition' ? 1 : 2;
      await show(page, name, step, '&lang=zh&theme=dark');
      await page.keyboard.press('ArrowRight');
      await shown(page, name, step + 1);
      await page.waitForURL((url) => url.hash.includes(`step=${step + 1}`) && (name === 'recognition' || url.hash.includes(`chapter=${name}`)));
      await answer(page, name, {
        type: async (text) => {
          await page.getByLabel('你的答案').focus();
          await page.keyboard.press('Control+A');
          await page.keyboard.type(text);
          await page.keyboard.press('Enter');
        },
        pick: async (i) => {
          await page.locator('.lec-option input').nth(i).focus();
          await page.keyboard.press('Space');
          await page.keyboard.press('Enter');
        },
      });
      expect(await english(page), name).toEqual([]);
      expect(await findBarriers(page), name).toEqual([]);
    }
    await page.reload();
    await shown(page, 'your-net', 3);
    await page.locator('h1').click();
    await page.keyboard.press('ArrowLeft');
    await shown(page, 'your-net', 2);
    expectNoFaults(page);
  },
  WALK,
);

test('nine products fly into their cell; where motion is unwanted the cell is there at once', async () => {
  const page = await playground.open('#lecture?chapter=feature-map&backend=wasm');
  await shown(page, 'feature-map', 1);
  await page.evaluate(() => {
    const seen = globalThis as unknown as { flown: string[] };
    seen.flown = [];
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes) if (node instanceof HTMLElement && node.className === 'lec-fly') seen.flown.push(node.textContent ?? '');
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.keyboard.press('ArrowRight');
  const cell = page.locator('[data-cell="map/0,0"]');
  await expect.poll(() => cell.textContent()).toBe('4');
  const flown = () => page.evaluate(() => (globalThis as unknown as { flown: string[] }).flown);
  expect((await flown()).map(Number).reduce((a, b) => a + b)).toBe(4);
  expect(await flown()).toHaveLength(9);
  expect(await page.locator('.lec-fly').count()).toBe(0);

  const calm = await playground.open('#lecture?chapter=feature-map&step=4&backend=wasm', { reducedMotion: 'reduce' });
  await shown(calm, 'feature-map', 4);
  await expect.poll(() => calm.locator('[data-cell="map/2,2"]').textContent()).toBe('2');
  expect(await calm.locator('.lec-fly').count()).toBe(0);
  expectNoFaults(calm);
});

/** Words of Latin letters that follow each other, but for code and names. */
async function english(page: Page): Promise<string[]> {
  const text = await page.locator('.lec').evaluate((lecture) => {
    const copy = lecture.cloneNode(true) as HTMLElement;
    for (const code of copy.querySelectorAll('.mono, .lec-grid figcaption, .lec-sum')) code.remove();
    return copy.innerText;
  });
  return text.match(/\b[a-z]{2,} [a-z]{2,}\b/gi) ?? [];
}

/** Names of the state, as `view name`, out of every `urlSignal('view', 'name', …)` of the sources. */
function stateNames(): Set<string> {
  const files = readdirSync('playground/src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const found = files.flatMap((name) => [...readFileSync(join('playground/src', name), 'utf8').matchAll(/urlSignal(?:<[^(]*>)?\(\s*'(\w+)',\s*'(\w+)'/g)]);
  return new Set(found.map(([, view, name]) => `${view} ${name}`));
}
