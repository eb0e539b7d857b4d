import { convGeometry } from 'convlab';
import { run } from '../../engine/engine.js';
import { EXAMPLES } from '../../filter/steps-state.js';
import type { Chapter } from '../chapter.js';
import { Ready, useEngine } from '../parts/engine.js';
import { rowsOf, tensorOf } from '../parts/rows.js';
import { Walk } from '../parts/walk.js';
import { say } from '../say.js';

const { picture, kernel } = EXAMPLES.slide7;
const N = picture.length;
/** The value that the slide shows in the first cell of the last row. */
const MISPRINT = 1;

/** The map, and the image with its border, which is the result of the kernel 1. */
async function mapOf(padding: number) {
  const [map, padded] = await Promise.all([
    run('conv', tensorOf(picture), tensorOf(kernel), { padding }),
    run('conv', tensorOf(picture), tensorOf([[1]]), { padding }),
  ]);
  return { map: rowsOf(map.value), padded: rowsOf(padded.value), padding };
}

/** The padding that keeps the size of an n × n image. */
function borderFor(n: number, w: number): number {
  let padding = 0;
  while (convGeometry([1, 1, n, n], [1, 1, w, w], { padding }).output[1] < n) padding++;
  return padding;
}

export const padding: Chapter = {
  title: ['Padding', '补齐技术'],
  steps: [
    [
      'Without padding, the kernel cannot be centered on edge pixels: a picture of 5 × 5 gives a map of only 3 × 3.',
      '不补齐时卷积核走不到边上：5 × 5 的图像只剩 3 × 3。',
    ],
    ['Padding adds a ring of zeros around the picture, so the map is as large as the picture.', '补齐，就是在图像四周补一圈 0。这样特征图就和原图一样大。'],
    ['In the corner, five of the nine cells are padding and add nothing to the sum.', '在角上，九格里有五格是补上去的 0，对总和没有贡献。'],
    [
      'The slide shows a 1 in the first cell of the last row. Add up the products: it is a misprint.',
      '幻灯片在最后一行第一格印的是 1。亲手加一加：这是个笔误。',
    ],
  ],
  Panel: ({ step }) => {
    const border = step === 1 ? 0 : 1;
    const made = useEngine(() => mapOf(border), [border]);
    return (
      <Ready of={made}>
        {({ map, padded, padding: p }) => (
          <>
            <Walk
              key={p}
              input={padded}
              kernel={kernel}
              map={map}
              ghost={p > 0 ? (y, x) => y < p || x < p || y >= p + N || x >= p + N : undefined}
              at={[0, 0, 0, N * (N - 1)][step - 1]}
              all={step < 3}
            />
            <p class="lec-formula">
              n + 2p − w + 1 = {N} + 2·{p} − {kernel.length} + 1 = <strong>{map.length}</strong>
            </p>
            {step === 4 && p > 0 && (
              <p class="lec-note">
                {say(['The slide says {slide}, the sum is {sum}.', '幻灯片上是 {slide}，实际的和是 {sum}。'], { slide: MISPRINT, sum: map[N - 1][0] })}
              </p>
            )}
          </>
        )}
      </Ready>
    );
  },
  question: {
    kind: 'number',
    ask: [
      'A digit of 28 × 28 pixels, a kernel of 5 × 5: how many rings of zeros keep the map at 28 × 28?',
      '28 × 28 的手写数字，5 × 5 的卷积核：要补几圈 0，特征图才仍是 28 × 28？',
    ],
    answer: async () => borderFor(28, 5),
    why: ['{answer} rings: the code says padding = {answer}.', '{answer} 圈：代码里写的就是 padding = {answer}。'],
  },
  more: [
    { text: ['Other padding: reflect, replicate or wrap', '镜像、延拓、环绕等补齐方式'], to: 'filter', query: 'example=slide7&bordermode=reflect&step=1' },
    { text: ['The misprint, step by step', '逐步看那处笔误'], to: 'filter', query: 'example=slide7&step=21' },
  ],
};
