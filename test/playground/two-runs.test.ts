import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();

/** Training and validation of the present run and of the held one, as a chart says them. */
async function chart(page: Page, what: string): Promise<{ now: string; held: string }> {
  const text = (await page.locator(`svg[aria-label^="${what}"]`).getAttribute('aria-label')) ?? '';
  const [, now = '', held = ''] = /(?::|：)(.*?)(?:[;；].*?(?::|：)(.*))?$/.exec(text) ?? [];
  return {
    now: now.trim().replace(/^训练/, 'training').replace('，校验', ', validation'),
    held: held.trim().replace(/^训练/, 'training').replace('，校验', ', validation'),
  };
}
const step = async (page: Page, to: number) => {
  for (;;) {
    const now = Number((await page.locator('.train-step-now strong').textContent())?.replace(/\D/g, ''));
    if (now >= to) return;
    await page.locator('[data-key="ArrowRight"]').click();
    await expect.poll(async () => (await page.locator('.train-step-now strong').textContent())?.replace(/\D/g, '')).toBe(String(now + 1));
  }
};
const differing = (page: Page) => page.locator('.train-settings [data-differs="true"] th').allTextContents();

test('two runs over each other: held, undone, and trained again from the address to the same curves', async () => {
  const page = await playground.open('#train?backend=wasm&layers=c2x3,m4&batch=64&seed=3');
  const hold = page.getByRole('button', { name: 'Hold this run' });
  await page.getByText(/parameters; /).waitFor();
  expect(await hold.isDisabled()).toBe(true);
  await step(page, 3);
  const first = { loss: (await chart(page, 'Loss')).now, accuracy: (await chart(page, 'Accuracy')).now };
  await hold.click();
  await page.waitForURL(/held=c2x3,m4;ReLU;adam;0.001;0;64;3;3/);
  expect(await differing(page)).toEqual([]);
  expect(await page.locator('.train-settings tr', { hasText: 'Optimizer' }).locator('td').allTextContents()).toEqual(['Adam', 'Adam']);

  // a rate that changes on the way cannot be repeated from the settings
  await page.getByLabel('Learning rate').selectOption('0.01');
  await page.getByText('Start over to hold a run').waitFor();
  expect(await page.getByRole('button', { name: 'Hold the current run instead' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Start over' }).click();
  await expect.poll(async () => (await page.locator('.train-step-now strong').textContent())?.replace(/\D/g, '')).toBe('0');
  await step(page, 2);
  expect(await differing(page)).toEqual(['Learning rate', 'Steps']);
  expect((await chart(page, 'Loss')).held).toBe(first.loss);
  expect((await chart(page, 'Accuracy')).held).toBe(first.accuracy);
  expect((await chart(page, 'Loss')).now).not.toBe(first.loss);
  for (const line of await page.locator('[data-run="held"] polyline').all()) expect(await line.getAttribute('points')).toMatch(/\d,\d/);
  expect(await findBarriers(page)).toEqual([]);

  // the rate, the run that is held, and both again
  await page.keyboard.press('Control+z');
  await expect.poll(() => differing(page)).toEqual(['Steps']);
  await page.keyboard.press('Control+z');
  await hold.waitFor();
  expect((await chart(page, 'Loss')).held).toBe('');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(async () => (await chart(page, 'Loss')).held).toBe(first.loss);

  // elsewhere only the settings are there, until it is trained again
  const again = await playground.open(`${new URL(page.url()).hash}&lang=zh&theme=dark`);
  await again.getByText('保留的训练', { exact: true }).waitFor();
  expect((await chart(again, '损失')).held).toBe('');
  await again.getByRole('button', { name: '重新训练保留的那次' }).press('Enter');
  await expect.poll(async () => (await chart(again, '损失')).held).toBe(first.loss);
  expect((await chart(again, '准确率')).held).toBe(first.accuracy);
  expect(await findBarriers(again)).toEqual([]);
  await again.getByRole('button', { name: '移除保留的训练' }).press('Enter');
  await again.waitForURL((url) => !url.hash.includes('held'));
  expectNoFaults(page);
  expectNoFaults(again);
});
