import { conv, filterTensor, sobel3d, tensor } from 'convlab';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { SIDE, scan } from '../../examples/lecture/scan.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();

/** The number behind a text such as `= −0.402`. */
async function numberIn(page: Page, id: string): Promise<number> {
  return Number((await page.getByTestId(id).textContent())?.replace('=', '').replaceAll('−', '-').trim());
}

test('by mouse: a click on a slice moves the cube; the sum is the library’s voxel; the address holds the place', async () => {
  const page = await playground.open('#volume?kernel=sobelX');
  await page.getByTestId('voxel-sum').waitFor();
  await page.getByRole('img', { name: 'the scan, slice z = 14' }).click({ position: { x: 60, y: 70 } });
  await page.waitForURL(/[?&]y=\d+/);
  const [z, y, x] = await Promise.all(['z', 'y', 'x'].map(async (axis) => Number(await page.getByLabel(axis, { exact: true }).inputValue())));
  expect([y, x]).not.toEqual([15, 20]);
  const expected = await filterTensor(scan(), sobel3d('x'), { paddingMode: 'replicate' });
  const voxel = expected.data[(z * SIDE + y) * SIDE + x];
  expect(await numberIn(page, 'voxel-result')).toBeCloseTo(voxel, 3);
  expect(await numberIn(page, 'voxel-sum')).toBeCloseTo(voxel, 3);

  const again = await playground.open(new URL(page.url()).hash);
  await again.getByTestId('voxel-sum').waitFor();
  expect(await again.getByTestId('voxel-sum').textContent()).toBe(await page.getByTestId('voxel-sum').textContent());
  expectNoFaults(page);
  expectNoFaults(again);
});

test('by keyboard: the slices scrub, the cube slides and stops, the volume turns', async () => {
  const page = await playground.open('#volume?x=38&y=0&z=0');
  await page.getByTestId('voxel-sum').waitFor();
  await page.getByLabel('z', { exact: true }).press('ArrowRight');
  await page.getByRole('img', { name: 'the result, slice z = 1' }).waitFor();
  expect(await numberIn(page, 'voxel-sum')).toBeCloseTo(await numberIn(page, 'voxel-result'), 3);
  await page.getByRole('button', { name: 'Slide' }).press('Enter');
  await expect.poll(() => page.getByLabel('y', { exact: true }).inputValue()).toBe('4');
  await page.getByRole('button', { name: 'Pause' }).press('Enter');
  await page.getByLabel('Turn', { exact: true }).press('ArrowRight');
  expect(await page.getByLabel('Turn', { exact: true }).inputValue()).toBe('-31');
  expectNoFaults(page);
});

test('a signal: weights that are typed, a point that is moved by keys, and both ways to the same number', async () => {
  const page = await playground.open('#volume?signal=step&w=1,2&padding=valid');
  await page.getByTestId('row-product').waitFor();
  const weight = page.getByLabel('weight 0');
  await weight.fill('abc');
  await weight.blur();
  await page.getByText('Weight 0: “abc” is not a number. The kernel keeps 1.').waitFor();
  await weight.fill('-1');
  await weight.blur();
  await page.getByRole('button', { name: 'Add a weight' }).click();
  await page.getByLabel('weight 2').fill('0.5');
  await page.getByLabel('weight 2').blur();
  await page.getByRole('slider', { name: 'x[11]' }).press('ArrowUp');
  await page.getByLabel('Row of W').fill('9');
  const values: number[] = Array.from({ length: 24 }, (_, i) => (i < 8 ? 0.2 : i < 17 ? 0.9 : 0.4));
  values[11] = 0.95;
  const { data } = await conv(tensor(values, [1, 1, 24]), tensor([-1, 2, 0.5], [1, 1, 3]));
  await expect.poll(() => numberIn(page, 'row-product')).toBeCloseTo(data[9], 3);
  expect(await page.getByText('from the library').textContent()).toContain(String(Number(data[9].toPrecision(6))));
  expect(await page.getByRole('img', { name: 'W, 22 × 24' }).count()).toBe(1);
  expectNoFaults(page);
});

test('no barrier for assistive technology, in both themes and languages', async () => {
  const page = await playground.open('#volume?theme=dark');
  await page.getByTestId('row-product').waitFor();
  await page.getByTestId('voxel-sum').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.evaluate(() => {
    location.hash = '#volume?lang=zh&kernel=gaussian&padding=full&mode=wrap';
  });
  await page.getByText('信号与它的矩阵').waitFor();
  expect(await findBarriers(page)).toEqual([]);
});
