import { convGeometry } from 'convlab';
import { run } from '../../engine/engine.js';
import { EXAMPLES } from '../../filter/steps-state.js';
import type { Chapter } from '../chapter.js';
import { Ready, useEngine } from '../parts/engine.js';
import { rowsOf, tensorOf } from '../parts/rows.js';
import { Walk } from '../parts/walk.js';
import { say } from '../say.js';
import { solved } from '../state.js';

const { picture, kernel } = EXAMPLES.slide5;
/** Row 2, column 1 of the map. */
const ASKED = 3;

const mapOf = async () => rowsOf((await run('conv', tensorOf(picture), tensorOf(kernel), {})).value);

export const featureMap: Chapter = {
  title: ['Kernel and feature map', '卷积核与特征图'],
  steps: [
    ['A picture is a grid of numbers. So is a kernel: nine weights, placed over nine pixels.', '图像就是一格格数字。卷积核也是：九个权重，盖在九个像素上。'],
    [
      'Each pixel is multiplied by the weight over it. The nine products are added up in one cell.',
      '每个像素乘以盖在它上面的权重，九个乘积飞进同一格，加起来。',
    ],
    ['The kernel moves by one pixel. The same nine weights give the next cell.', '卷积核右移一格。还是这九个权重，得到下一格。'],
    [
      'All positions together give the feature map. Its values are large where the picture resembles the kernel. Point at a cell to see its sum.',
      '走遍所有位置，就得到特征图：哪里与卷积核相似，哪里的数就大。点一点特征图的格子，看看它是怎么算的。',
    ],
  ],
  Panel: ({ step }) => {
    const map = useEngine(mapOf, []);
    const [, n] = convGeometry(tensorOf(picture).shape, tensorOf(kernel).shape).output;
    return (
      <Ready of={map}>
        {(rows) => (
          <>
            <Walk
              input={picture}
              kernel={kernel}
              map={rows}
              at={[-1, 0, 1, 1][step - 1]}
              all={step === 4}
              secret={solved.value.has('feature-map') ? -1 : ASKED}
            />
            {step === 4 && (
              <p class="lec-formula">
                {say(['n × n → (n − w + 1) × (n − w + 1):', 'n × n → (n − w + 1) × (n − w + 1)：'])} {picture.length} − {kernel.length} + 1 ={' '}
                <strong>{n}</strong>
              </p>
            )}
          </>
        )}
      </Ready>
    );
  },
  question: {
    kind: 'number',
    ask: ['Predict the cell with the question mark: row 2, column 1 of the feature map.', '猜一猜问号处的数：特征图第 2 行第 1 列。'],
    answer: async () => (await mapOf())[1][0],
    why: ['The products of this window and the weights add up to {answer}.', '那里的窗口与权重相乘再相加，正是 {answer}。'],
  },
  more: [
    { text: ['Change the picture and the kernel, step by step', '自己改图像和卷积核，一步步看'], to: 'filter', query: 'example=slide5' },
    { text: ['The same with a stride of 2', '步长为 2 时'], to: 'filter', query: 'example=slide5&gridstride=2' },
  ],
};
