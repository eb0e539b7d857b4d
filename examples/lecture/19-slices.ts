// How a kernel over several maps is computed: slice by slice, then added up, then the bias.
import assert from 'node:assert/strict';
import { convBySlices, retrieveFeatures, type Tensor } from 'convlab';
import { plane, planes, rangeOf } from './colors.js';
import { testDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lectureNet } from './trained.js';

const KERNEL = 2;

export const lesson: Lesson = {
  title: 'Slice by slice, then summed',
  before:
    'The slide shows three steps: each slice of the kernel belongs to one input map; a 2D convolution of each pair gives a map; these maps are added up. ' +
    `This lesson uses the trained network: kernel ${KERNEL + 1} of the second layer has 4 slices, one for each map of the first layer.`,
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = await testDigits();
    const { x } = digits.batch([digits.y.indexOf(4)]);
    const features = await retrieveFeatures(model, x);
    const state = await model.stateDict();
    const [weight, bias] = ['conv2.weight', 'conv2.bias'].map((name) => state.get(name) as Tensor);
    const input = features.get('pool') as Tensor;
    const { slices, sums, output } = await convBySlices(input, weight, { bias, padding: 2 });
    const learned = features.get('conv2') as Tensor;
    const error = Math.max(...output.data.map((value, i) => Math.abs(value - learned.data[i])));
    assert.ok(error < 1e-4);

    const kernel: Tensor = { shape: [4, 5, 5], data: weight.data.slice(KERNEL * 100, (KERNEL + 1) * 100) };
    const parts = [0, 1, 2, 3].map((c) => plane(slices, 4 * KERNEL + c));
    const [sum, result] = [plane(sums, KERNEL), plane(output, KERNEL)];
    const range = rangeOf('signed', [...parts, sum, result]);
    const own = (maps: readonly Tensor[]) => ({ palette: 'signed' as const, range: rangeOf('signed', maps) });
    await stage.draw(
      '19-slices',
      await grid(
        [
          ...planes(input).map((map, c) => ({ label: `map ${c + 1} of layer 1`, note: 'after relu and pool', map, ...own([map]) })),
          { label: ' ' },
          { label: ' ' },
          ...planes(kernel).map((map, c) => ({
            label: `slice ${c + 1} of the kernel`,
            note: '5 x 5',
            map,
            ...own([kernel]),
          })),
          { label: ' ' },
          { label: ' ' },
          ...parts.map((map, c) => ({ label: `map ${c + 1} * slice ${c + 1}`, map })),
          { label: 'their sum', map: sum },
          { label: `plus bias ${bias.data[KERNEL].toFixed(3)}`, note: 'the output of the layer', map: result, marked: true },
        ],
        {
          title: `Kernel ${KERNEL + 1} of the second layer, taken apart`,
          columns: 6,
          width: 130,
          range,
          legend: 'third row: blue negative, white 0, orange positive; the maps and the kernel above have separate scales',
        },
      ),
    );
    const place = sum.data.reduce((best, value, i) => (Math.abs(value) > Math.abs(sum.data[best]) ? i : best), 0);
    const terms = parts
      .map(({ data }) => data[place].toFixed(3))
      .join(' + ')
      .replaceAll('+ -', '- ');
    return `At [${Math.floor(place / 14)}, ${place % 14}], where the sum has its largest absolute value: ${terms} = ${sum.data[place].toFixed(3)}, plus the bias ${result.data[place].toFixed(3)}. The layer itself gives the same result to within ${error.toExponential(1)}.`;
  },
};
