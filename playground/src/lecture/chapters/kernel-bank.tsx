import { DIFFERENCE_DIAGONAL, gaussian, LAPLACIAN_8, PREWITT_X, SOBEL_X, SOBEL_Y, type Tensor } from 'convlab';
import { TensorCanvas } from '../../parts/tensor-canvas.js';
import type { Text } from '../../shell/language.js';
import type { Chapter } from '../chapter.js';
import { Ready, useEngine } from '../parts/engine.js';
import { KernelIcon } from '../parts/kernel-icon.js';
import { mapsUnder, photo } from '../parts/photo.js';
import { rowsOf } from '../parts/rows.js';
import { say } from '../say.js';

const BANK: readonly { readonly name: Text; readonly kernel: Tensor }[] = [
  { name: ['vertical edges', '竖直边缘'], kernel: SOBEL_X },
  { name: ['horizontal edges', '水平边缘'], kernel: SOBEL_Y },
  { name: ['edges in every direction', '各方向边缘'], kernel: LAPLACIAN_8 },
  { name: ['vertical edges (Prewitt)', '竖直边缘（Prewitt）'], kernel: PREWITT_X },
  { name: ['diagonal edges', '对角边缘'], kernel: DIFFERENCE_DIAGONAL },
  { name: ['blur', '模糊'], kernel: gaussian(0.8, { size: 3 }) },
];
const RANGE = [-1.2, 1.2] as const;
/** The map that the question shows: horizontal edges. */
const ASKED = 1;

async function bank() {
  const [picture, maps] = await Promise.all([photo(), mapsUnder(BANK.map(({ kernel }) => kernel))]);
  return { picture, maps };
}

function AskedMap() {
  const made = useEngine(bank, []);
  return (
    <Ready of={made}>
      {({ maps }) => <TensorCanvas tensor={maps} plane={ASKED} range={RANGE} label={say(['the map in question', '题目中的特征图'])} width="min(100%, 18rem)" />}
    </Ready>
  );
}

export const kernelBank: Chapter = {
  title: ['Several kernels', '多个卷积核'],
  steps: [
    ['A kernel detects one kind of pattern. This one responds to vertical edges.', '一个卷积核只找一样东西。这个核对竖直边缘有反应。'],
    ['Another kernel gives another map of the same picture.', '换一个卷积核，就是另一张特征图：同一幅图，换一双眼睛看。'],
    ['Six kernels give six maps. Blue is negative, orange is positive.', '六个卷积核得到六张特征图。蓝色为负，橙色为正。'],
    ['Stacked, the maps form a cube of numbers, the input of the next layer.', '把特征图叠在一起，就是一个立方体：下一层的输入。'],
  ],
  Panel: ({ step }) => {
    const made = useEngine(bank, []);
    const count = [1, 2, 6, 6][step - 1];
    return (
      <Ready of={made}>
        {({ picture, maps }) => (
          <>
            <div class="lec-bank" data-count={count} data-stacked={step === 4}>
              {step < 4 && (
                <figure class="lec-figure">
                  <TensorCanvas tensor={picture} palette="gray" range={[0, 1]} label={say(['the picture', '原始图像'])} />
                  <figcaption>{say(['the picture', '原始图像'])}</figcaption>
                </figure>
              )}
              {BANK.slice(0, count).map(({ name, kernel }, i) => (
                <figure key={name[0]} class="lec-figure" style={{ '--i': i }}>
                  <TensorCanvas tensor={maps} plane={i} range={RANGE} label={say(['feature map: {name}', '特征图：{name}'], { name: say(name) })} />
                  <figcaption>
                    <KernelIcon rows={rowsOf(kernel)} />
                    {say(name)}
                  </figcaption>
                </figure>
              ))}
            </div>
            <p class="lec-formula">
              {say(['maps', '特征图'])}: <strong>[{maps.shape.join(' × ')}]</strong>
            </p>
          </>
        )}
      </Ready>
    );
  },
  question: {
    kind: 'choice',
    ask: ['Which kernel made this map?', '这张特征图是哪个卷积核做的？'],
    Show: AskedMap,
    options: [0, 1, 4, 5].map((i) => ({ rows: rowsOf(BANK[i].kernel) })),
    right: 1,
    why: [
      'The top and bottom rows of this kernel have opposite signs, so it responds to changes from top to bottom.',
      '它上下两行符号相反：看到的是从上到下的变化。',
    ],
  },
  more: [{ text: ['All kernels on your own picture', '在自己的图片上试所有卷积核'], to: 'filter', query: 'kernel=sobel-x' }],
};
