import type { Tensor } from 'convlab';
import { useState } from 'preact/hooks';
import { run } from '../../engine/engine.js';
import { Legend } from '../../parts/legend.js';
import { short } from '../../parts/numbers.js';
import { TensorCanvas } from '../../parts/tensor-canvas.js';
import type { Chapter } from '../chapter.js';
import { Ready, useEngine } from '../parts/engine.js';
import { photo } from '../parts/photo.js';
import { say } from '../say.js';

/** The initial position of the template, and its size. */
const [FIRST, WIDTH, HEIGHT] = [{ x: 26, y: 24 }, 26, 26] as const;

async function match(at: { readonly x: number; readonly y: number }) {
  const picture = await photo();
  const place = { ...at, width: WIDTH, height: HEIGHT };
  const { scores, peaks } = (await run('matchPart', picture, place)).value;
  return { picture, scores, peaks, place, template: cut(picture, place) };
}

function cut({ shape: [, , , columns], data }: Tensor, { x, y }: { readonly x: number; readonly y: number }): Tensor {
  return {
    shape: [HEIGHT, WIDTH],
    data: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => data[(y + Math.floor(i / WIDTH)) * columns + x + (i % WIDTH)]),
  };
}

function Match({ step }: { readonly step: number }) {
  const [at, setAt] = useState<{ readonly x: number; readonly y: number }>(FIRST);
  const made = useEngine(() => match(at), [at.x, at.y]);
  return (
    <Ready of={made}>
      {({ picture, scores, peaks, place, template }) => {
        const [, , height, width] = picture.shape;
        const [best] = peaks;
        const shown = step >= 3 ? { ...place, x: Math.round(best.x), y: Math.round(best.y) } : place;
        const inside = (value: number, most: number) => Math.min(Math.max(Math.round(value), 0), most);
        return (
          <>
            <div class="lec-match" data-scores={step >= 2}>
              <figure class="lec-figure lec-large">
                <TensorCanvas
                  tensor={picture}
                  palette="gray"
                  range={[0, 1]}
                  label={say(['the picture; click to choose where the template is cut out', '图像；点击选择要裁下的模板'])}
                  mark={shown}
                  onPick={({ y, x }) => setAt({ x: inside(x - WIDTH / 2, width - WIDTH), y: inside(y - HEIGHT / 2, height - HEIGHT) })}
                />
                <figcaption>{say(['Click to cut out another template.', '点一点图像，裁下另一块模板。'])}</figcaption>
              </figure>
              <figure class="lec-figure">
                <TensorCanvas tensor={template} palette="gray" range={[0, 1]} label={say(['the template', '模板'])} />
                <figcaption>{say(['the template: a kernel', '模板，也就是卷积核'])}</figcaption>
              </figure>
              {step >= 2 && (
                <figure class="lec-figure lec-large">
                  <TensorCanvas tensor={scores} range={[-1, 1]} label={say(['similarity at every position', '每个位置有多相似'])} />
                  <figcaption>
                    {say(['similarity at every position', '每个位置有多相似'])} <Legend range={[-1, 1]} />
                  </figcaption>
                </figure>
              )}
            </div>
            {step >= 3 && (
              <p class="lec-note" data-testid="best">
                {say(['Best: column {x}, row {y}, score {score}. Second best: {second}.', '最佳位置：第 {x} 列、第 {y} 行，得分 {score}；第二名：{second}。'], {
                  x: Math.round(best.x),
                  y: Math.round(best.y),
                  score: best.score.toFixed(3),
                  second: short(peaks[1]?.score ?? Number.NaN, 3),
                })}
              </p>
            )}
          </>
        );
      }}
    </Ready>
  );
}

export const templateMatching: Chapter = {
  title: ['Convolution is template matching', '卷积就是模板匹配'],
  steps: [
    ['Summary: a piece cut out of a picture is a kernel.', '要点重述：从图像里裁下一块，它就是一个卷积核。'],
    ['Slide it over the whole picture: the map is large where the picture looks like the piece.', '让它滑过整幅图像：哪里像这一块，特征图上哪里的数就大。'],
    ['The largest value is at the position that the piece came from. Its score is 1.', '最大的地方，就是它原来的位置，得分为 1。'],
    [
      'The kernels of a network are such templates too, but they are learned instead of cut out.',
      '网络的卷积核也是这样的模板，只不过没有人去裁：它们是学出来的。',
    ],
  ],
  Panel: Match,
  question: {
    kind: 'number',
    ask: ['What is the score of a template at the position it was cut from?', '模板放回它被裁下的地方，得分是多少？'],
    answer: async () => Math.round(1000 * (await match(FIRST)).peaks[0].score) / 1000,
    why: [
      '{answer}: this is the highest possible score. A score of −1 would mean the negative of the template.',
      '{answer}：不可能更像了。−1 则表示完全相反。',
    ],
  },
  more: [{ text: ['An image with one dot shows the kernel', '对着一个点，看见卷积核自己'], to: 'filter', query: 'scene=dot&kernel=gabor' }],
};
