import { existsSync } from 'node:fs';
import { chromium as playwright } from 'playwright';
import puppeteer from 'puppeteer-core';
import { chromium } from '../../chromium.js';
import { ISOLATED, serve } from '../page.js';
import type { Outcome, Runtime } from './runtime.js';

const FIREFOX_PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];
const firefox = FIREFOX_PATHS.find((path) => existsSync(path));

const DONE = 'globalThis.result !== undefined';
const PATIENCE = { timeout: 60_000 };

/** The result of page.html. @throws Error with the page's own */
function settled(result: unknown): Outcome {
  if (typeof result === 'string') throw new Error(result);
  return result as Outcome;
}

async function inChromium(folder: string, headers: Readonly<Record<string, string>>): Promise<Outcome> {
  const { address, close } = await serve(folder, headers);
  const browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`${address}page.html`);
    await page.waitForFunction(DONE, undefined, PATIENCE);
    return settled(await page.evaluate('globalThis.result'));
  } finally {
    await browser.close();
    close();
  }
}

const withoutChromium = chromium ? undefined : 'there is no Chromium';

export const isolatedChromium: Runtime = { name: 'Chromium', missing: withoutChromium, run: (folder) => inChromium(folder, ISOLATED) };

export const plainChromium: Runtime = {
  name: 'Chromium without isolation',
  missing: withoutChromium,
  device: /, 1 thread$/,
  run: (folder) => inChromium(folder, {}),
};

/** By WebDriver BiDi: Playwright only drives a Firefox of its own. */
export const isolatedFirefox: Runtime = {
  name: 'Firefox',
  missing: firefox ? undefined : `there is no Firefox (looked for ${FIREFOX_PATHS.join(', ')})`,
  async run(folder) {
    const { address, close } = await serve(folder, ISOLATED);
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox, headless: true });
    try {
      const page = await browser.newPage();
      await page.goto(`${address}page.html`);
      await page.waitForFunction(DONE, PATIENCE);
      return settled(await page.evaluate('globalThis.result'));
    } finally {
      await browser.close();
      close();
    }
  },
};
