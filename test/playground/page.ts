import axeCore from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { chromium } from '../chromium.js';

/** What the tests of the playground ask of a page. */
export interface Playground {
  /**
   * Opens the page. What is opened in a test is closed when it ends.
   * @param hash the state, e.g. `#filter?kernel=box`
   * @param options with them, in a browser context of its own
   */
  open(hash: string, options?: BrowserContextOptions): Promise<Page>;
}

const faults = new WeakMap<Page, string[]>();

/** One browser for the tests of a file. @param args for it, besides those of every test */
export function usePlayground(args: readonly string[] = []): Playground {
  let browser: Browser;
  let shared: BrowserContext | undefined;
  beforeAll(async () => {
    browser = await playwright.launch({
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--use-fake-device-for-media-stream', '--enable-unsafe-swiftshader', ...args],
    });
  });
  afterAll(() => browser?.close());
  const newContext = (options: BrowserContextOptions) =>
    browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en', serviceWorkers: 'block', ...options });
  return {
    async open(hash, options) {
      // pages of one context share what was loaded and compiled
      shared ??= options ? undefined : await newContext({});
      const context = options || !shared ? await newContext(options ?? {}) : shared;
      const page = await context.newPage();
      closeWithTest(() => (context === shared ? page.close() : context.close()));
      const found: string[] = [];
      faults.set(page, found);
      page.on('console', (message) => {
        const expected = message.text().startsWith('Service Worker registration blocked');
        if ((message.type() === 'error' || message.type() === 'warning') && !expected) found.push(message.text());
      });
      page.on('pageerror', (error) => found.push(error.message));
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol.startsWith('http') && origin !== new URL(inject('playground')).origin) found.push(`asks for ${request.url()}`);
      });
      await page.goto(inject('playground') + hash);
      await page.locator('main[data-view][aria-busy="false"] h1').waitFor();
      return page;
    },
  };
}

/** What a test opened would go on computing beside the next one; what a hook opened stays for all its tests. */
function closeWithTest(close: () => Promise<void>): void {
  try {
    onTestFinished(close);
  } catch {
    // not inside of a test
  }
}

/** Nothing was complained about on the console, and nothing was asked of the network. */
export function expectNoFaults(page: Page): void {
  expect(faults.get(page)).toEqual([]);
}

/** What axe finds of serious and critical impact, and landmarks that cannot be told apart: rule, and the elements. */
export async function findBarriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeCore.source);
  // in the midst of a transition, or while it fades in, a cell has neither color
  await page.waitForFunction(
    () =>
      !document.getAnimations().some(({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY),
  );
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axeCore }).axe.run({ resultTypes: ['violations'] }));
  return violations
    .filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || id === 'landmark-unique')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary?.split('\n').at(1) ?? ''}`).join(' | ')}`,
    );
}
