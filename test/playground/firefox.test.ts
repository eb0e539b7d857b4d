// The page in Firefox, driven over WebDriver BiDi: every view and chapter, and numbers that have to be the library's.
import { createHash } from 'node:crypto';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { paintScene } from '../../playground/src/filter/scenes.js';
import { CHAPTERS } from '../../playground/src/lecture/state.js';
import { short } from '../../playground/src/parts/numbers.js';
import { architectureFor, layersCodec } from '../../playground/src/train/recipe.js';
import { box, conv, createBackend, DataLoader, evaluate, filter, modelFrom, NLLLoss, TensorDataset, tensor } from '../../src/node.js';
import { FIREFOX_PATHS, firefox } from '../firefox.js';
import { pageDigits } from './lecture-page.js';

if (!firefox) {
  const reason = `no Firefox at ${FIREFOX_PATHS.join(', ')}; CONVLAB_FIREFOX=PATH names one`;
  if (process.env.CI) throw new Error(`the page must be tested in Firefox in CI, but there is ${reason}`);
  console.warn(`The tests in Firefox were LEFT OUT: ${reason}.\n`);
}

const VIEWS = ['lecture', 'filter', 'network', 'train', 'own', 'volume', 'add'] as const;

describe.skipIf(!firefox)('in Firefox', () => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox, headless: true });
    page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(`${inject('playground')}#add?lang=en&backend=wasm`);
    await page.waitForSelector('.device[data-status="ready"]');
  }, 120_000);
  afterAll(() => browser?.close());

  // Puppeteer's wait can miss existing elements while Firefox navigates to another fragment
  const there = (selector: string) => expect.poll(async () => (await page.$$(selector)).length, { message: selector }).toBeGreaterThan(0);

  /** Goes on to a state of the page. */
  async function go(hash: string): Promise<void> {
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    const view = hash.slice(1).split('?')[0];
    await there(`main[data-view="${view}"][aria-busy="false"] h1`);
  }

  const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');

  test('every view opens in both languages, on threads', async () => {
    for (const language of ['en', 'zh']) {
      for (const view of VIEWS) {
        await go(`#${view}?lang=${language}&backend=wasm`);
        expect((await textOf('h1')).length, view).toBeGreaterThan(3);
        expect(/[\u4e00-\u9fff]/.test(await textOf('h1')), `${view} ${language}`).toBe(language === 'zh');
      }
    }
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await textOf('.device')).toMatch(/^wasm simd(, \d+ threads|，\d+ 线程)$/);
    expect(await page.$$('.notice[data-kind="error"]')).toEqual([]);
    expect(faults).toEqual([]);
  }, 120_000);

  test('a filtered picture is the library’s, and the sum of a pixel is the pixel', async () => {
    await go('#filter?scene=shapes&kernel=box&p=5&at=200,60&lang=en&backend=wasm');
    const expected = await filter(paintScene('shapes'), box(5));
    const sha256 = createHash('sha256').update(expected.data).digest('hex');
    const digest = () =>
      page.evaluate(async () => {
        const canvas = document.querySelector<HTMLCanvasElement>('canvas[aria-label="after"]');
        if (!canvas || canvas.width < 2) return '';
        const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
        context?.drawImage(canvas, 0, 0);
        const bytes = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8Array();
        return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
      });
    await expect.poll(digest).toBe(sha256);
    await there('[data-testid="sample"]');
    expect(await textOf('[data-testid="sample"]')).toBe(String(expected.data[4 * (60 * expected.width + 200)]));
    expect(faults).toEqual([]);
  });

  test('every chapter of the lecture opens at its first and last step; a feature map is the library’s', async () => {
    for (const [i, name] of CHAPTERS.entries()) {
      const language = i % 2 ? 'zh' : 'en';
      await go(`#lecture?chapter=${name}&lang=${language}&backend=wasm`);
      await there(`.lec-panel[data-chapter="${name}"][data-step="1"]`);
      const steps = (await page.$$('.lec-steps li')).length;
      await go(`#lecture?chapter=${name}&step=${steps}&lang=${language}&backend=wasm`);
      await there(`.lec-panel[data-chapter="${name}"][data-step="${steps}"]`);
      await expect.poll(async () => (await page.$$('.lec .loading')).length, { message: name }).toBe(0);
      expect(await page.$$('.lec .notice[data-kind="error"]'), name).toEqual([]);
    }
    await go('#lecture?chapter=feature-map&step=4&lang=en&backend=wasm');
    const picture = tensor(
      ['01000', '11100', '01000', '00001', '11111'].map((row) => [...row].map(Number)),
      [1, 1, 5, 5],
    );
    const map = await conv(picture, tensor([0, 1, 0, 1, 0, 1, 0, 1, 0], [1, 1, 3, 3]));
    const cells = () => page.$$eval('[data-cell^="map/"]', (all) => all.map((each) => Number(each.firstChild?.textContent)));
    // the fourth is what the question asks for
    await expect.poll(cells).toEqual([...map.data].map((value, i) => (i === 3 ? Number.NaN : value)));
    expect(faults).toEqual([]);
  }, 240_000);

  test('a network trains, from the library’s first loss', async () => {
    await go('#train?layers=c2x3,m4,f16&seed=7&lang=en&backend=wasm');
    const { images, labels } = await pageDigits('test');
    const model = modelFrom(architectureFor({ layers: layersCodec.decode('c2x3,m4,f16') ?? [], activation: 'ReLU' })).initialize(7);
    await model.to(await createBackend('wasm', { threads: 1 }));
    const { loss } = await evaluate(model, new DataLoader(new TensorDataset(images, labels), { batchSize: 250 }), { loss: new NLLLoss() });
    const said = () => page.$$eval('svg[aria-label^="Loss at step"]', (all) => all[0]?.getAttribute('aria-label') ?? '');
    await expect.poll(said).toBe(`Loss at step 0: training –, validation ${short(loss, 3)}`);
    await page.click('[data-key="ArrowRight"]');
    await expect.poll(said).toMatch(/^Loss at step 1: training \d/);
    expect(faults).toEqual([]);
  });
});
