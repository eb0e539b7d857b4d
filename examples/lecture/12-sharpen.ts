// Sharpening adds the detail that a blurred copy of the image lacks: identity + k * (identity - blur).
import assert from 'node:assert/strict';
import { filter, IDENTITY, kernel2d, sharpen, unsharpMask } from 'convlab';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lighthouse, meanOf, roughness } from './pictures.js';

export const lesson: Lesson = {
  title: 'Sharpen: identity + k (identity - blur)',
  before:
    'A blurred copy lacks the fine detail. The difference between the image and the copy is this detail; adding it k times sharpens the image. As one kernel: 0 -k 0 / -k 1+4k -k / 0 -k 0.',
  async run(stage) {
    // the blur is the mean of a pixel and its four neighbors
    const blur = [0, 0.2, 0, 0.2, 0.2, 0.2, 0, 0.2, 0];
    const k = 1.5;
    const identity = [0, 0, 0, 0, 1, 0, 0, 0, 0];
    assert.equal(IDENTITY.data[IDENTITY.data.length >> 1], 1);
    const built = identity.map((one, i) => one + 5 * k * (one - blur[i]));
    for (const [i, weight] of sharpen(k).data.entries()) assert.ok(Math.abs(weight - built[i]) < 1e-6);

    const picture = await lighthouse();
    const soft = await filter(picture, kernel2d([blur.slice(0, 3), blur.slice(3, 6), blur.slice(6)]));
    const versions = [
      { label: 'blurred', note: 'mean of the cross', image: soft },
      { label: 'the picture', note: 'unchanged', image: picture },
      { label: 'sharpen(0.5)', note: 'k = 0.5', image: await filter(picture, sharpen(0.5)) },
      { label: 'sharpen(1)', note: 'k = 1', image: await filter(picture, sharpen(1)) },
      { label: 'sharpen(2)', note: 'k = 2', image: await filter(picture, sharpen(2)) },
      { label: 'unsharpMask', note: 'blur of radius 3, amount 1', image: await unsharpMask(picture, { radius: 3, amount: 1 }) },
    ];
    const measured = versions.map(({ label, image }) => ({ label, rough: roughness(image), mean: meanOf(image) }));
    stage.table(
      ['version', 'difference of neighbors', 'mean'],
      measured.map(({ label, rough, mean }) => [label, rough.toFixed(2), mean.toFixed(1)]),
    );
    const four = measured.slice(0, 5).map(({ rough }) => rough);
    assert.ok(
      four.every((rough, i) => i === 0 || rough > four[i - 1]),
      'stronger sharpening gives larger differences',
    );
    await stage.draw('12-sharpen', await grid(versions, { title: 'Sharpen: add the detail that the blur removes', columns: 3, width: 260 }));
    return (
      `From the blurred image to k = 2, neighboring pixels differ by ${four[0].toFixed(1)}, ${four
        .slice(1)
        .map((value) => value.toFixed(1))
        .join(', ')} levels; the mean stays (${measured[1].mean.toFixed(1)} and ${measured[3].mean.toFixed(1)}), ` +
      'because the weights sum to 1. The unsharp mask does the same with a wider blur, so it enhances coarser detail.'
    );
  },
};
