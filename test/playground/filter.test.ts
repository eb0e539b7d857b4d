import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import { catalogue, type FilterOptions, filter, formatKernel, type Image, kernel2d, type Tensor } from 'convlab';
import { decodeImage } from 'convlab/node';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { SLIDERS } from '../../playground/src/filter/parameters.js';
import { paintScene, type Scene } from '../../playground/src/filter/scenes.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();

const paintings = new Map<Scene, Image>();

/** A scene, painted once. */
function painted(scene: Scene): Image {
  const image = paintings.get(scene) ?? paintScene(scene);
  paintings.set(scene, image);
  return image;
}

/** A digest of the pixels on the screen: of 600,000 samples little else is quickly handed over. */
function shown(page: Page, which: 'before' | 'after'): Promise<{ size: string; sha256: string }> {
  return page.getByRole('img', { name: which, exact: true }).evaluate(async (canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(canvas, 0, 0);
    const digest = await crypto.subtle.digest('SHA-256', context?.getImageData(0, 0, width, height).data ?? new Uint8Array());
    return { size: `${width} × ${height}`, sha256: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('') };
  });
}

function digestOf({ width, height, data }: Image): { size: string; sha256: string } {
  return { size: `${width} × ${height}`, sha256: createHash('sha256').update(data).digest('hex') };
}

async function expectResult(page: Page, scene: Scene, kernel: Tensor, options: FilterOptions = {}): Promise<void> {
  const expected = digestOf(await filter(painted(scene), kernel, options));
  await expect.poll(() => shown(page, 'after')).toEqual(expected);
}

/** A kernel of the catalogue. */
function made(name: string, ...parameters: number[]): Tensor {
  const entry = catalogue[name];
  if (!('make' in entry)) throw new Error(`${name} is no kernel`);
  return entry.make(...parameters);
}

/** Goes on to another state on the same page. */
function goTo(page: Page, hash: string): Promise<void> {
  return page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

/** The sum that is written out gives the sample that is in the picture. */
async function expectSumIsPixel(page: Page): Promise<number> {
  const [sample, inPicture] = [page.getByTestId('sample'), page.getByTestId('in-picture')];
  await sample.waitFor();
  await expect.poll(async () => (await sample.textContent()) === (await inPicture.textContent())).toBe(true);
  return Number(await inPicture.textContent());
}

test('by mouse: a kernel of the catalogue, its slider, the pixel under the pointer, before and after', async () => {
  const page = await playground.open('#filter?scene=shapes');
  await page.locator('.frame').waitFor();
  expect(await shown(page, 'before')).toEqual(digestOf(painted('shapes')));
  await page.getByLabel('From the catalogue').selectOption('box');
  await page.getByLabel('n', { exact: true }).fill('5');
  await expectResult(page, 'shapes', made('box', 5));
  await page.locator('.frame').hover({ position: { x: 300, y: 120 } });
  const hovered = await expectSumIsPixel(page);
  await page.waitForURL(/at=\d+,\d+/);
  const [x, y] = (/at=(\d+),(\d+)/.exec(page.url()) as RegExpExecArray).slice(1).map(Number);
  const expected = await filter(painted('shapes'), made('box', 5));
  expect(hovered).toBe(expected.data[4 * (y * expected.width + x)]);
  // on another backend the picture is uploaded again
  for (const [backend, n] of [
    ['reference', 3],
    ['wasm', 7],
  ] as const) {
    await page.getByLabel('Runs on').selectOption(backend);
    await page.getByLabel('n', { exact: true }).fill(String(n));
    await expectResult(page, 'shapes', made('box', n));
  }

  const frame = (await page.locator('.frame').boundingBox()) as { x: number; y: number; width: number; height: number };
  await page.mouse.move(frame.x + frame.width * 0.35, frame.y + 60);
  await page.mouse.down();
  await page.mouse.move(frame.x + frame.width * 0.8, frame.y + 60, { steps: 3 });
  await page.mouse.up();
  expect(Number(await page.getByRole('slider', { name: 'Before and after' }).inputValue())).toBeCloseTo(80, 0);
  expectNoFaults(page);
});

test('by keyboard: weights cell by cell, a size, a place; the address opens the same view again', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=identity');
  await page.locator('.frame').waitFor();
  await page.getByLabel('weight, row 1, column 1').focus();
  await page.keyboard.type('0.5');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByLabel('From the catalogue').inputValue()).toBe('custom');
  await page.getByRole('button', { name: 'Columns +1' }).press('Enter');
  await page.getByRole('button', { name: 'Rows +1' }).press('Enter');
  await page.getByLabel('weight, row 1, column 2').focus();
  await page.keyboard.type('1/4');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.type('-1');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Tab');
  const kernel = kernel2d([
    [0.5, 0.25],
    [0, -1],
  ]);
  await expectResult(page, 'dot', kernel);
  await page.getByLabel('Bias').press('ArrowRight');
  await page.getByLabel('x', { exact: true }).fill('21');
  await page.getByLabel('y', { exact: true }).fill('16');
  await expectResult(page, 'dot', kernel, { bias: 1 });
  expect(await expectSumIsPixel(page)).toBe(Math.floor(0.5 * 255 + 1 + 0.5));

  await page.waitForURL(/at=21,16/);
  const again = await playground.open(new URL(page.url()).hash);
  await again.locator('.frame').waitFor();
  await expectResult(again, 'dot', kernel, { bias: 1 });
  expect(await expectSumIsPixel(again)).toBe(129);
  expect(await again.getByLabel('weight, row 2, column 2').inputValue()).toBe('-1');
  expectNoFaults(page);
  expectNoFaults(again);
});

test('the sum that is written out is the pixel, and the picture is the library’s', async () => {
  const sobel = kernel2d([
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ]);
  const blur = kernel2d([
    [1, 2, 1],
    [2, 4, 2],
    [1, 2, 1],
  ]);
  const [SOBEL, BLUR] = ['matrix=-1,0,1;-2,0,2;-1,0,1', 'matrix=1,2,1;2,4,2;1,2,1'];
  const cases: readonly (readonly [hash: string, scene: Scene, kernel: Tensor, options: FilterOptions])[] = [
    [`scene=shapes&kernel=custom&${SOBEL}&output=signed&mode=wrap&at=0,0`, 'shapes', sobel, { output: 'signed', paddingMode: 'wrap' }],
    [
      `scene=shapes&kernel=custom&${SOBEL}&output=abs&flip=1&mode=constant&value=90&at=439,329`,
      'shapes',
      sobel,
      { output: 'abs', flip: true, paddingMode: 'constant', paddingValue: 90 },
    ],
    [
      `scene=shapes&kernel=custom&${BLUR}&sum=1&stride=3&dilation=2&mode=zero&at=0,0`,
      'shapes',
      blur,
      { scale: 'sum', stride: 3, dilation: 2, paddingMode: 'zero' },
    ],
    [`scene=shapes&kernel=custom&${BLUR}&sum=1&padding=valid&linear=1&at=60,40`, 'shapes', blur, { scale: 'sum', padding: 'valid', linear: true }],
    [`scene=glass&kernel=custom&${BLUR}&sum=1&padding=4&mode=replicate&at=62,124`, 'glass', blur, { scale: 'sum', padding: 4, paddingMode: 'replicate' }],
    [
      `scene=glass&kernel=custom&${BLUR}&scale=0.05&bias=12&alpha=ignore&mode=symmetric&at=220,139`,
      'glass',
      blur,
      { scale: 0.05, bias: 12, alpha: 'ignore', paddingMode: 'symmetric' },
    ],
  ];

  const page = await playground.open(`#filter?${cases[0][0]}`);
  for (const [hash, scene, kernel, options] of cases) {
    await goTo(page, `#filter?${hash}`);
    const expected = await filter(painted(scene), kernel, options);
    const opaque = expected.data.every((sample, i) => i % 4 !== 3 || sample === 255);
    // a canvas rounds the colors of what is transparent
    if (opaque) await expect.poll(() => shown(page, 'after'), { message: hash }).toEqual(digestOf(expected));
    const [x, y] = (/at=(\d+),(\d+)/.exec(hash) as RegExpExecArray).slice(1).map(Number);
    for (const [c, name] of (['red', 'green', 'blue'] as const).entries()) {
      await page.getByLabel('Channel').selectOption({ label: name });
      await expect.poll(() => page.getByTestId('in-picture').textContent(), { message: hash }).toBe(String(expected.data[4 * (y * expected.width + x) + c]));
      await expectSumIsPixel(page);
    }
  }
  expectNoFaults(page);
});

test('what is more than one kernel says so; a rule that is broken is told, and the picture stays', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=canny&at=20,15');
  await page.getByText('Several kernels computed this pixel').waitFor();
  await page.getByLabel('From the catalogue').selectOption('difference-of-gaussians');
  await page.locator('.large-kernel, .kernel-grid').first().waitFor();
  await page.getByLabel('sigma1').fill('5');
  await page.getByText('differenceOfGaussians: sigma2').first().waitFor();
  expect(await page.locator('.frame').count()).toBe(1);
  await page.getByLabel('sigma2').fill('6');
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await goTo(page, '#filter?scene=dot&kernel=box&p=9999');
  await expect.poll(() => page.getByLabel('n', { exact: true }).inputValue()).toBe('31');
  await expectResult(page, 'dot', made('box', 31));
  expectNoFaults(page);
});

test('a pixel that more than one kernel made: its samples before and after, whether gray or of color', async () => {
  const before = painted('landscape');
  const at = 180 * before.width + 215;
  const page = await playground.open('#filter?at=215,180&channel=g');
  for (const name of ['canny', 'gradient-direction', 'sobel-edges']) {
    const entry = catalogue[name];
    if (!('apply' in entry)) throw new Error(`${name} is a kernel`);
    const after = await entry.apply(before);
    const sample = after.data[after.channels * at + (after.channels < 3 ? 0 : 1)];
    await page.getByLabel('From the catalogue').selectOption(name);
    await page.getByText(`so there is no single sum. Before: ${before.data[4 * at + 1]}, after: ${sample}.`).waitFor();
  }
  expectNoFaults(page);
});

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

test('bad input: text in a cell, a file that is no picture, a picture of 100 megapixels', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=sobel-x');
  await page.locator('.frame').waitFor();
  const cell = page.getByLabel('weight, row 1, column 1');
  await cell.fill('much');
  await cell.blur();
  await page.getByText('Row 1, column 1: “much” is not a number. The kernel keeps -1.').waitFor();
  expect(await cell.getAttribute('aria-invalid')).toBe('true');
  await cell.fill('-1');
  await cell.blur();
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await cell.fill('more');
  await cell.blur();
  await page.getByText('“more” is not a number').waitFor();
  await page.getByRole('button', { name: 'Rows +1' }).click();
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await page.getByLabel('From the catalogue').selectOption('sobel-x');

  const x = page.getByLabel('x', { exact: true });
  await x.fill('9999');
  await page.getByText(/^x goes from 0 to \d+\.$/).waitFor();
  await x.fill('7');
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await page.getByLabel('Divide by the sum').check();
  await page.getByText('Sum of the weights: 0, so they are not divided').waitFor();
  await page.getByLabel('Divide by the sum').uncheck();

  const file = page.getByLabel('Open a file');
  await file.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
  await page.getByText('This browser cannot read notes.txt (text/plain)').waitFor();
  await expectResult(page, 'dot', made('sobel-x'), { output: 'abs' });

  await file.setInputFiles({ name: 'vast.png', mimeType: 'image/png', buffer: whitePng(10_000, 10_000) });
  await page.getByText('vast.png has 10000 × 10000 pixels. It was reduced to 2000 × 2000').waitFor({ timeout: 60_000 });
  await page.getByText('2000 × 2000 becomes 2000 × 2000').waitFor();
  // filtered whole, but drawn with as many pixels as a screen has room for
  expect((await shown(page, 'after')).size).toBe('1224 × 1224');
  expectNoFaults(page);
}, 120_000);

/** A PNG of one bit a pixel, all white. */
function whitePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(Math.ceil(width / 8), 255)]);
  const pixels = deflateSync(Buffer.concat(Array<Buffer>(height).fill(row)), { level: 1 });
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

test('a camera that is denied is told, and one that is allowed is filtered', async () => {
  const page = await playground.open('#filter?scene=dot');
  await page.locator('.frame').waitFor();
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.getByText('No picture from the camera: its use was denied').waitFor();
  expect(await shown(page, 'before')).toEqual(digestOf(painted('dot')));
  await page.context().grantPermissions(['camera']);
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Hold this picture' }).waitFor();
  const rate = page.locator('.frame-rate');
  await expect.poll(() => rate.textContent()).toMatch(/^[1-9]\d* frames per second · wasm/);
  expect(await page.locator('.caption').textContent()).toContain('1920 × 1080 becomes 1920 × 1080');
  // shown with fewer pixels
  expect((await shown(page, 'before')).size).toBe('1154 × 649');
  await page.getByText('Pause the picture to see the sum of a pixel.').waitFor();
  await page.getByRole('button', { name: 'Hold this picture' }).click();
  await page.getByRole('button', { name: 'Camera' }).waitFor();
  expect(await rate.count()).toBe(0);
  // what is held is filtered on
  await page.getByLabel('From the catalogue').selectOption('sobel-x');
  await page.getByLabel('x', { exact: true }).fill('960');
  await page.getByLabel('y', { exact: true }).fill('540');
  await expectSumIsPixel(page);
  expectNoFaults(page);
});

test('a picture that is dropped, one that is pasted, and one that is downloaded', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=identity');
  await page.locator('.frame').waitFor();
  const png = whitePng(24, 16).toString('base64');
  const transfer = await page.evaluateHandle((data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const made = new DataTransfer();
    made.items.add(new File([bytes], 'white.png', { type: 'image/png' }));
    return made;
  }, png);
  await page.dispatchEvent('.filter-view', 'drop', { dataTransfer: transfer });
  await page.getByText('white.png, 24 × 16 pixels.').waitFor();
  await expect.poll(async () => (await shown(page, 'after')).size).toBe('24 × 16');
  await page.evaluate(async (data) => {
    const pasted = new DataTransfer();
    pasted.items.add(new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], 'small.png', { type: 'image/png' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData: pasted }));
  }, whitePng(9, 7).toString('base64'));
  await expect.poll(async () => (await shown(page, 'after')).size).toBe('9 × 7');
  await page.dispatchEvent('.filter-view', 'drop', { dataTransfer: transfer });
  await expect.poll(async () => (await shown(page, 'after')).size).toBe('24 × 16');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the picture' }).click()]);
  expect(download.suggestedFilename()).toBe('convlab-identity.png');
  const saved = await decodeImage(await readFile(await download.path()));
  expect({ ...saved, data: undefined }).toMatchObject({ width: 24, height: 16 });
  expect(saved.data.every((sample) => sample === 255)).toBe(true);
  expectNoFaults(page);
});

test('the kernel is copied as JSON, as code and as SVG, and a text that is pasted becomes the kernel', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=custom&matrix=0,1;2,3&mode=replicate&scale=0.5');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('.frame').waitFor();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const kernel = kernel2d([
    [0, 1],
    [2, 3],
  ]);
  for (const [name, format] of [
    ['Copy as JSON', 'json'],
    ['Copy as feConvolveMatrix', 'svg'],
  ] as const) {
    await page.getByRole('button', { name }).click();
    await expect.poll(clipboard).toBe(formatKernel({ kernel, scale: 0.5, paddingMode: 'replicate' }, format));
  }
  await page.getByRole('button', { name: 'Copy as code' }).click();
  await expect.poll(clipboard).toContain("filter(photo, kernel, { paddingMode: 'replicate', scale: 0.5 })");
  await page.getByLabel('Beyond the border').first().selectOption('reflect');
  await page.getByRole('button', { name: 'Copy as feConvolveMatrix' }).click();
  await page.getByText('edgeMode of an SVG has no word for the padding mode reflect').waitFor();

  await page.evaluate(() => navigator.clipboard.writeText('3x3: 0,-1,0 -1,5,-1 0,-1,0'));
  await page.getByLabel('weight, row 1, column 1').focus();
  await page.keyboard.press('Control+V');
  await expect.poll(() => page.getByLabel('weight, row 2, column 2').inputValue()).toBe('5');
  await page.evaluate(() => navigator.clipboard.writeText('1 2; 3'));
  await page.getByLabel('weight, row 1, column 1').focus();
  await page.keyboard.press('Control+V');
  await page.getByText('The pasted text is not a kernel').waitFor();
  expect(await page.getByLabel('weight, row 2, column 2').inputValue()).toBe('5');
  expectNoFaults(page);
});

test('the lecture’s examples step by step: the numbers of the slides, and the one that is misprinted', async () => {
  const page = await playground.open('#filter?scene=dot');
  const map = page.getByRole('group', { name: 'feature map' }).locator('.grid-cell');
  const digits = async () => (await map.allTextContents()).join('');
  await expect.poll(digits).toBe('4');
  for (let i = 1; i < 9; i++) await page.getByRole('button', { name: 'Next' }).click();
  expect(await digits()).toBe('411120212');
  expect(await page.getByTestId('step-sum').textContent()).toBe('= 2');

  await page.getByRole('button', { name: 'slide 7: padding' }).press('Enter');
  await expect.poll(() => map.count()).toBe(25);
  await page.getByRole('button', { name: 'Play' }).press('Enter');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await expect.poll(async () => (await digits()).length).toBeGreaterThan(2);
  await page.getByRole('button', { name: 'Pause' }).press('Enter');
  await page.evaluate(() => {
    location.hash = '#filter?scene=dot&example=slide7&step=21';
  });
  await page.getByText('The slide prints 1 in the lower left corner').waitFor();
  expect(await page.getByTestId('step-sum').textContent()).toBe('= 0');
  expect(await digits()).toBe('223111434112433123410');

  await page.getByRole('button', { name: 'picture with its border, row 2, column 2' }).click();
  await expect.poll(digits).not.toBe('223111434112433123410');
  expect(await page.getByText('The slide prints 1').count()).toBe(0);

  await page.getByRole('button', { name: 'pooling: the maximum of 3 × 3' }).click();
  const kept = page.getByRole('group', { name: 'what is kept' });
  await kept.getByRole('button', { name: 'row 2, column 2' }).click();
  await expect.poll(async () => (await kept.locator('.grid-cell').allTextContents()).join('')).toBe('6537');
  expect(await page.getByTestId('step-sum').textContent()).toBe('= 7');
  expect(await page.locator('[data-winner="true"]').getAttribute('aria-label')).toBe('picture, row 4, column 4: 7');
  expectNoFaults(page);
});

test('a GPU that is lost is told, and wasm goes on with the same picture', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=sobel-x&backend=webgl2');
  const device = page.locator('.device[data-status="ready"]');
  await expect.poll(() => device.textContent()).toMatch(/^webgl2/);
  await page.locator('.frame').waitFor();
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      WebGL2RenderingContext.prototype.isContextLost = () => true;
    });
  }
  await page.getByLabel('From the catalogue').selectOption('sobel-y');
  await page.getByText('the WebGL context was lost').first().waitFor();
  await expect.poll(() => device.textContent()).toMatch(/^wasm/);
  await expectResult(page, 'dot', made('sobel-y'), { output: 'abs' });
});

test('no barrier for assistive technology, in both themes and languages', async () => {
  const page = await playground.open('#filter?scene=dot&at=2,1&theme=dark&kernel=gaussian&p=4');
  await page.locator('.outcome').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await goTo(page, '#filter?scene=dot&at=0,0&lang=zh&theme=light&mode=wrap&example=slide7&step=3');
  await page.getByText('虚线格在边界之外').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await expect.poll(() => page.locator('section[aria-labelledby="plan-title"]').textContent()).toMatch(/因为[^a-z]+。/);
  expect(await page.locator('.alternatives').textContent()).not.toMatch(/[a-z]{4}/);
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
