import { run } from '../../engine/engine.js';
import { EXAMPLES } from '../../filter/steps-state.js';
import { TensorCanvas } from '../../parts/tensor-canvas.js';
import type { Chapter } from '../chapter.js';
import { testDigit } from '../parts/digits.js';
import { Ready, useEngine } from '../parts/engine.js';
import { rowsOf, tensorOf } from '../parts/rows.js';
import { Walk } from '../parts/walk.js';
import { say } from '../say.js';
import { solved } from '../state.js';

const { picture, kernel } = EXAMPLES.pooling;
const WINDOW = kernel.length;
/** The last cell. */
const ASKED = 3;

const poolOf = async () => rowsOf((await run('maxPool', tensorOf(picture), { kernelSize: WINDOW })).value.output);

/** A digit, halved twice. */
async function halved() {
  const digit = await testDigit(0);
  const once = (await run('maxPool', digit, { kernelSize: 2 })).value.output;
  const twice = (await run('maxPool', once, { kernelSize: 2 })).value.output;
  return [digit, once, twice];
}

export const pooling: Chapter = {
  title: ['Pooling', '池化操作'],
  steps: [
    [
      'The picture is divided into 3 × 3 windows that do not overlap. Only the largest number in each window is kept.',
      '把图像划分成互不重叠的 3 × 3 区域，每个区域只留下最大的数。',
    ],
    ['Four windows give four numbers: a smaller picture of the strongest values.', '四个区域，四个数：一张小图，记下哪里最强。'],
    [
      'A digit, pooled 2 × 2 twice, as in the lecture’s network. It is coarse but still recognizable.',
      '一个手写数字，像讲座的网络那样做两次 2 × 2 池化。粗糙了，但仍认得出。',
    ],
  ],
  Panel: ({ step }) => {
    const pooled = useEngine(poolOf, []);
    const digits = useEngine(halved, []);
    if (step < 3)
      return (
        <Ready of={pooled}>
          {(map) => <Walk input={picture} window={WINDOW} map={map} at={0} all={step === 2} secret={solved.value.has('pooling') ? -1 : ASKED} />}
        </Ready>
      );
    return (
      <Ready of={digits}>
        {(all) => (
          <div class="lec-row lec-halved">
            {all.map((tensor) => (
              <figure key={tensor.shape.join()} class="lec-figure">
                <TensorCanvas
                  tensor={tensor}
                  palette="ink"
                  range={[0, 1]}
                  label={say(['a digit of {n} × {n} cells', '{n} × {n} 的手写数字'], { n: tensor.shape[3] })}
                />
                <figcaption>
                  {tensor.shape[2]} × {tensor.shape[3]}
                </figcaption>
              </figure>
            ))}
          </div>
        )}
      </Ready>
    );
  },
  question: {
    kind: 'number',
    ask: ['Predict the cell with the question mark: the maximum of the last window.', '猜一猜问号处的数：最后一个区域的最大值。'],
    answer: async () => (await poolOf())[1][1],
    why: ['{answer} is the largest of the nine values.', '九个数里最大的是 {answer}。'],
  },
  more: [{ text: ['Pool a picture of your own numbers', '用自己的数字试试池化'], to: 'filter', query: 'example=pooling&step=2' }],
};
