// npm run playground:screenshots -- [WORD …]: images of every view and chapter of the playground, in two themes, two languages and
// three widths, of the first and middle step of every chapter in one width for each theme and language, and of panels that are shown
// alone, in out/screenshots, with contact sheets. A word, such as zh, dark, 390, filter, first or present, leaves out the images whose
// name lacks it. What is wider than its window, and text of less than 12 px, is listed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import sharp from 'sharp';
import { build, preview } from 'vite';
import { CHAPTERS, type ChapterName } from '../playground/src/lecture/state.js';
import { chromium as executablePath } from '../test/chromium.js';

const OUT = 'out/screenshots';
const WIDTHS = [390, 1024, 1600] as const;
const HEIGHTS = { 390: 844, 1024: 768, 1600: 900 } as const;
/** The views in states that show what they have. */
const VIEWS = {
  filter: 'kernel=sharpen&p=2&at=210,150',
  'filter-photo-compared': 'scene=photo&kernel=sobel-x&second=gaussian&p2=4&split=50',
  network: '',
  train: '',
  'train-two': 'held=c4x5,m2,c8x5,m2,f512,d50;ReLU;sgd;0.01;0.9;64;1;50',
  own: '',
  volume: '',
  add: '',
} as const;
/** The width in which steps inside of the chapters are pictured. */
const WIDTH_OF_STEPS = { 'en-light': 1600, 'en-dark': 390, 'zh-light': 1024, 'zh-dark': 1600 } as const;
/** The smallest text, in pixels. */
const LEAST_TEXT = 12;
/** Panels that are shown alone. */
const ALONE = [
  'filter?example=slide7&step=21&panel=steps',
  'filter?kernel=emboss&panel=stage',
  'volume?signal=step&panel=signal',
  'lecture?chapter=cubes&step=3&panel=chapter',
];

interface Shot {
  readonly name: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
}

/** Steps of a chapter, out of its source. */
function stepsOf(chapter: ChapterName): number {
  const source = readFileSync(`playground/src/lecture/chapters/${chapter}.tsx`, 'utf8');
  const list = /\n {2}steps: \[\n(.*?)\n {2}\],/s.exec(source)?.[1] ?? '';
  return list.split('\n').filter((line) => line.startsWith('    [')).length;
}

const words = process.argv.slice(2);
const shots: Shot[] = [];
for (const lang of ['en', 'zh'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    const page = `lang=${lang}&theme=${theme}&backend=wasm`;
    for (const width of WIDTHS) {
      const add = (name: string, hash: string) =>
        shots.push({ name: `${name}-${lang}-${theme}-${width}`, hash: `${hash}&${page}`, width, height: HEIGHTS[width] });
      for (const [name, state] of Object.entries(VIEWS)) add(name, `#${name.split('-')[0]}?${state}`);
      for (const chapter of CHAPTERS) {
        add(`lecture-${chapter}`, `#lecture?chapter=${chapter}&step=9`);
        if (width !== WIDTH_OF_STEPS[`${lang}-${theme}`]) continue;
        const middle = Math.ceil(stepsOf(chapter) / 2);
        for (const [place, step] of [
          ['first', 1],
          ['middle', middle],
        ] as const)
          add(`lecture-${chapter}-${place}`, `#lecture?chapter=${chapter}&step=${step}`);
      }
    }
    for (const [i, hash] of ALONE.entries())
      shots.push({ name: `present-${i + 1}-${lang}-${theme}`, hash: `#${hash}&present=1&${page}`, width: 1280, height: 720 });
  }
}
const wanted = shots.filter(({ name }) => words.every((word) => name.split('-').includes(word)));

const folder = mkdtempSync(join(tmpdir(), 'convlab-screenshots-'));
const config = { root: 'playground', configFile: 'playground/vite.config.ts', logLevel: 'error' as const, build: { outDir: folder } };
await build(config);
const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
const { port } = server.httpServer.address() as AddressInfo;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
mkdirSync(OUT, { recursive: true });
const context = await browser.newContext({ serviceWorkers: 'block', reducedMotion: 'reduce' });
const page = await context.newPage();
await page.goto(`http://127.0.0.1:${port}/#add`);
for (const { name, hash, width, height } of wanted) {
  await page.setViewportSize({ width, height });
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  const view = hash.slice(1).split('?')[0];
  await page.locator(`main[data-view="${view}"][aria-busy="false"] h1`).waitFor({ state: 'attached' });
  await page
    .waitForFunction(() => !document.querySelector('.loading, .busy[data-busy="true"], .stage-empty'), undefined, { timeout: 20_000 })
    .catch(() => console.warn(`${name}: still loading`));
  await page.waitForTimeout(250);
  await page.screenshot({ path: `${OUT}/${name}.png`, fullPage: !name.startsWith('present') });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) console.warn(`${name}: ${wide} px wider than the window`);
  for (const text of await page.evaluate(smallText, LEAST_TEXT)) console.warn(`${name}: ${text}`);
}
await browser.close();
await server.close();
rmSync(folder, { recursive: true });

/** Text of less than so many pixels of the screen. */
function smallText(least: number): string[] {
  const sizes = [...document.querySelectorAll<HTMLElement | SVGTextElement>('main *')].flatMap((each) => {
    const own = [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (!own || each.getBoundingClientRect().width <= 1) return [];
    const scale = each instanceof SVGTextElement ? (each.getScreenCTM()?.a ?? 1) : 1;
    return [[scale * Number.parseFloat(getComputedStyle(each).fontSize), each.textContent?.trim()] as const];
  });
  return [...new Set(sizes.filter(([size]) => size < least).map(([size, text]) => `${size.toFixed(1)} px: ${text}`))];
}

/** Contact sheets: what belongs together beside each other. */
const [COLUMN, HEIGHT, COLUMNS, ROWS] = [640, 720, 3, 2] as const;
const EACH = COLUMNS * ROWS;
wanted.sort((a, b) => a.width - b.width);
for (let i = 0; i * EACH < wanted.length; i++) {
  const row = wanted.slice(i * EACH, (i + 1) * EACH);
  const parts = await Promise.all(
    row.map(async ({ name }, x) => ({
      input: await sharp(`${OUT}/${name}.png`)
        .resize(COLUMN - 10, HEIGHT - 10, { fit: 'inside' })
        .toBuffer(),
      left: (x % COLUMNS) * COLUMN,
      top: Math.floor(x / COLUMNS) * HEIGHT,
    })),
  );
  await sharp({ create: { width: COLUMN * COLUMNS, height: HEIGHT * ROWS, channels: 3, background: '#808080' } })
    .composite(parts)
    .png()
    .toFile(`${OUT}/sheet-${String(i).padStart(2, '0')}.png`);
  console.log(`sheet-${i}: ${row.map(({ name }) => name).join(', ')}`);
}
