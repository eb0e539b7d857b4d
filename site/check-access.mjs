// node site/check-access.mjs FOLDER: what axe finds wrong with the pages of a built site, of each kind one, in both themes: contrast, names,
// landmarks, headings. And whether the filter of the home page computes.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import axe from 'axe-core';
import puppeteer from 'puppeteer-core';

/** A page of each kind. */
const PAGES = ['index.html', 'zh.html', '404.html', 'guides.html', 'guides/getting-started.html', 'guides/api.html', 'functions/convlab.gaussian.html'];
const THEMES = ['light', 'dark'];
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.jpg': 'image/jpeg', '.png': 'image/png' };
const BROWSERS = [process.env.CONVLAB_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** In every page that TypeDoc writes: links in the lines that open a part of the menu, and the headings of a signature. */
const OF_TYPEDOC = ['nested-interactive', 'heading-order'];

/** The files of a folder at an address. */
function serve(folder) {
  const server = createServer(({ url }, response) => {
    const path = join(folder, normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname)));
    if (!existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Rule and elements, a line each. */
async function barriers(page) {
  await page.evaluate(axe.source);
  const rules = Object.fromEntries(OF_TYPEDOC.map((rule) => [rule, { enabled: false }]));
  const { violations } = await page.evaluate((rules) => globalThis.axe.run({ resultTypes: ['violations'], rules }), rules);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0].html.slice(0, 160)}`);
}

/** @returns how many pages were looked at, and what is wrong */
export async function checkAccess(folder, executablePath) {
  const server = await serve(folder);
  const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] });
  const wrong = [];
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    for (const theme of THEMES) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      for (const name of PAGES) {
        await page.goto(`http://127.0.0.1:${server.address().port}/${name}`, { waitUntil: 'load' });
        // the page shows itself, its menu and its filter
        await page.waitForFunction(() => document.body.style.display !== 'none' && !document.querySelector('#tsd-nav-container > li:only-child'));
        if (name === 'index.html')
          await page.waitForSelector('.stage.ready', { timeout: 20_000 }).catch(() => wrong.push(`${name}: the filter has not computed`));
        for (const line of await barriers(page)) wrong.push(`${name}, ${theme}: ${line}`);
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
  return { pages: PAGES.length * THEMES.length, wrong };
}

if (process.argv[1] === import.meta.filename) {
  const browser = BROWSERS.find((path) => path && existsSync(path));
  if (!browser && process.env.CI) throw new Error('there is no Chromium');
  if (!browser) console.log('The accessibility of the pages was NOT checked: there is no Chromium; CONVLAB_CHROMIUM=PATH names one.');
  else {
    const { pages, wrong } = await checkAccess(process.argv[2], browser);
    for (const line of wrong) console.error(line);
    console.log(`axe looked at ${pages} pages: ${wrong.length} faults.`);
    if (wrong.length > 0) process.exitCode = 1;
  }
}
