// The image that maximizes the activation of a kernel, found by gradient ascent on the input.
import assert from 'node:assert/strict';
import { maximizeActivation } from 'convlab';
import { plane } from './colors.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lectureNet } from './trained.js';

/** The neuron in the middle of the map; a class has no position. */
const MIDDLE = { conv1: [14, 14], conv2: [7, 7], fc2: undefined } as const;

export const lesson: Lesson = {
  title: 'Activation maximization: the image that activates a kernel most',
  before:
    'Training changes the weights to reduce the loss. Here, the weights are fixed, and the image is changed to increase the activation of one neuron, in the middle of a map, or the score of one class: gradient ascent on the input, starting from gray with some noise.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const steps = stage.size(150, 60);
    const tiles = [];
    const gains: string[][] = [];
    for (const [layer, count, name] of [
      ['conv1', 4, 'conv1'],
      ['conv2', 8, 'conv2'],
      ['fc2', 10, 'class'],
    ] as const) {
      for (let channel = 0; channel < count; channel++) {
        const { x, activations } = await maximizeActivation(model, [1, 1, 28, 28], {
          layer,
          channel,
          at: MIDDLE[layer],
          steps,
          blur: layer === 'fc2' ? 0.7 : 0.4,
        });
        const [before, after] = [activations[0], activations[activations.length - 1]];
        assert.ok(after > before, `${layer} ${channel}: ${before} to ${after}`);
        gains.push([layer, String(channel + (layer === 'fc2' ? 0 : 1)), before.toFixed(2), after.toFixed(2)]);
        tiles.push({ label: `${name} ${layer === 'fc2' ? channel : channel + 1}`, note: `${before.toFixed(1)} to ${after.toFixed(1)}`, map: plane(x, 0) });
      }
    }
    // the rows of the sheet: 4 kernels, 8 kernels, 10 classes
    const empty = (n: number) => Array.from({ length: n }, () => ({ label: ' ' }));
    const rows = [...tiles.slice(0, 4), ...empty(6), ...tiles.slice(4, 12), ...empty(2), ...tiles.slice(12)];
    await stage.draw(
      '37b-activation-maximization',
      await grid(rows, {
        title: 'Images that maximize an activation: first layer, second layer, classes',
        notes: ['below each: the activation of the neuron in the middle of the map (or the score of the class) before and after'],
        columns: 10,
        width: 84,
        palette: 'gray',
        range: [0, 1],
        legend: 'ink',
      }),
    );
    stage.table(
      ['layer', 'map or class', 'before', 'after'],
      gains.filter((_, i) => i % 3 === 0),
    );
    return `All ${tiles.length} activations grew in ${steps} steps. For a neuron, only its receptive field changes, 5 x 5 pixels in the first layer and 14 x 14 in the second; the rest stays gray. The images for the classes hardly look like digits: images that no person would recognize can raise the score of a class, so a network can be fooled.`;
  },
};
