// Emboss: the derivative along one direction, displayed as the shading of a relief.
import assert from 'node:assert/strict';
import { EMBOSS, emboss, filter } from 'convlab';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lighthouse, meanOf } from './pictures.js';

export const lesson: Lesson = {
  title: 'Emboss: a relief, lit from any side',
  before:
    'The brightness of the image is treated as height, lit from one side: slopes that face the light are bright, slopes that face away are dark. This is the derivative along a direction, plus 128.',
  async run(stage) {
    for (const [i, weight] of emboss(135).data.entries()) assert.ok(Math.abs(weight - EMBOSS.data[i]) < 1e-6);
    const turned = emboss(-45).data;
    assert.ok(
      EMBOSS.data.every((weight, i) => Math.abs(weight + turned[i]) < 1e-6),
      'light from the other side is the negative',
    );
    const picture = await lighthouse();
    const angles = [135, 45, 180, -45];
    const tiles = [];
    for (const angle of angles)
      tiles.push({ label: `light from ${angle} degrees`, note: 'depth 1', image: await filter(picture, emboss(angle), { output: 'signed' }) });
    for (const depth of [0.5, 2])
      tiles.push({ label: 'light from 135 degrees', note: `depth ${depth}`, image: await filter(picture, emboss(135, depth), { output: 'signed' }) });
    await stage.draw('13-emboss', await grid(tiles, { title: 'Emboss: angle and depth', columns: 3, width: 260 }));
    const mean = meanOf(tiles[0].image);
    assert.ok(Math.abs(mean - 128) < 6);
    return `The mean of the relief is ${mean.toFixed(1)}: flat areas are 128, and there is as much light as shadow. Light from -45 degrees gives the negative of light from 135 degrees: raised areas appear sunken.`;
  },
};
