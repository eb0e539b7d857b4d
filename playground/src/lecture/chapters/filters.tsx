import { box, DIFFERENCE_DIAGONAL, DIFFERENCE_X, emboss, MOTION_DIAGONAL, sharpen, type Tensor, tensor } from 'convlab';
import type { Range } from '../../parts/colors.js';
import { TensorCanvas } from '../../parts/tensor-canvas.js';
import type { Text } from '../../shell/language.js';
import type { Chapter } from '../chapter.js';
import { Ready, useEngine } from '../parts/engine.js';
import { KernelIcon } from '../parts/kernel-icon.js';
import { mapsUnder, photo } from '../parts/photo.js';
import { rowsOf } from '../parts/rows.js';
import { say } from '../say.js';

interface Shown {
  readonly name: Text;
  readonly kernel: Tensor;
  /** How the map is shown: as numbers, from blue to orange, or as an image. */
  readonly palette: 'signed' | 'gray';
  readonly range: Range;
  /** The text in cells that all have the same value. */
  readonly cells?: Text;
}

/** The same difference, centered in a row of three cells. */
const LEFT_NEIGHBOR = tensor([[...DIFFERENCE_X.data, 0]]);

/** The slides' filters, in their order. */
const FILTERS: readonly Shown[] = [
  { name: ['f(x, y) − f(x − 1, y)', 'f(x, y) − f(x − 1, y)'], kernel: LEFT_NEIGHBOR, palette: 'signed', range: [-0.35, 0.35] },
  { name: ['diagonal edges', '对角边缘'], kernel: DIFFERENCE_DIAGONAL, palette: 'gray', range: [0, 1] },
  { name: ['sharpen', '锐化'], kernel: sharpen(1), palette: 'gray', range: [0, 1] },
  // a slope of 0 is mid-gray
  { name: ['emboss', '浮雕'], kernel: emboss(135, 1), palette: 'gray', range: [-1, 1] },
  { name: ['blur, 5 × 5', '模糊，5 × 5'], kernel: box(5), palette: 'gray', range: [0, 1], cells: ['each cell 1/25', '每格 1/25'] },
  {
    name: ['motion blur, 9 × 9', '运动模糊，9 × 9'],
    kernel: MOTION_DIAGONAL,
    palette: 'gray',
    range: [0, 1],
    cells: ['each orange cell 1/9', '每个橙色格 1/9'],
  },
];

/** The kernel of the question's map: each pixel minus the one above it. */
const DOWN = tensor([
  [0, -1, 0],
  [0, 1, 0],
  [0, 0, 0],
]);

function AskedMap() {
  const made = useEngine(() => mapsUnder([DOWN]), []);
  return (
    <Ready of={made}>
      {(map) => <TensorCanvas tensor={map} range={[-0.35, 0.35]} label={say(['the map in question', '题目中的特征图'])} width="min(100%, 18rem)" />}
    </Ready>
  );
}

export const filters: Chapter = {
  title: ['Kernels chosen by hand', '边缘检测、锐化、浮雕、模糊'],
  steps: [
    ['Edges: each pixel minus its left neighbor. Flat areas become zero.', '边缘检测：每个像素减去左边的邻居。没有变化的地方，什么也不剩。'],
    [
      'The slide’s kernel 1 −1 0 / 0 1 −1 / 0 0 1 sums to 1, so the picture is kept, and its diagonal edges stand out.',
      '幻灯片上的核 1 −1 0 / 0 1 −1 / 0 0 1 总和为 1：图像还在，对角边缘被突出。',
    ],
    ['Sharpen: five times the center, minus the four neighbors.', '锐化：中间乘 5，减去四个邻居。'],
    ['Emboss: a relief in which slopes that face the light are bright.', '浮雕：面向光的坡变亮。'],
    ['Blur: every pixel becomes the mean of 25 pixels.', '模糊：每个像素变成 25 个像素的平均。'],
    [
      'Motion blur: the slide’s 9 × 9 kernel averages along a diagonal, as if the camera had moved.',
      '运动模糊：幻灯片的 9 × 9 卷积核沿对角线求平均，好像相机动了一下。',
    ],
  ],
  Panel: ({ step }) => {
    const shown = FILTERS[step - 1];
    const made = useEngine(async () => ({ picture: await photo(), map: await mapsUnder([shown.kernel]), shown }), [step]);
    return (
      <Ready of={made}>
        {({ picture, map, shown: { name, kernel, palette, range, cells } }) => (
          <div class="lec-filtered">
            <figure class="lec-figure lec-large">
              <TensorCanvas tensor={map} palette={palette} range={range} label={say(['filtered: {name}', '滤波后：{name}'], { name: say(name) })} />
              <figcaption>{say(name)}</figcaption>
            </figure>
            <figure class="lec-figure">
              <TensorCanvas tensor={picture} palette="gray" range={[0, 1]} label={say(['before', '原图'])} />
              <figcaption>{say(['before', '原图'])}</figcaption>
            </figure>
            <figure class="lec-figure">
              <KernelIcon rows={rowsOf(kernel)} large />
              <figcaption>
                {say(['kernel', '卷积核'])} {kernel.shape.join(' × ')}
                {cells && (
                  <>
                    <br />
                    {say(cells)}
                  </>
                )}
              </figcaption>
            </figure>
          </div>
        )}
      </Ready>
    );
  },
  question: {
    kind: 'choice',
    ask: ['Which kernel made this map?', '这张图是哪个卷积核做的？'],
    Show: AskedMap,
    options: [{ rows: rowsOf(LEFT_NEIGHBOR) }, { rows: rowsOf(box(3)) }, { rows: rowsOf(DOWN) }, { rows: rowsOf(sharpen(1)) }],
    right: 2,
    why: ['Only horizontal edges are left: each pixel minus the one above it.', '只剩水平边缘：每个像素减去上面的像素。'],
  },
  more: [
    { text: ['Sharpen, with adjustable strength', '锐化：滑块调强度'], to: 'filter', query: 'kernel=sharpen&p=2' },
    { text: ['Emboss from any angle', '浮雕：任意角度的光'], to: 'filter', query: 'kernel=emboss&p=45,1.5' },
    { text: ['Blur, and how it is computed', '模糊：半径，以及怎样算得快'], to: 'filter', query: 'kernel=gaussian&p=4' },
    { text: ['Motion blur of any length', '运动模糊：任意长度与角度'], to: 'filter', query: 'kernel=motion-blur&p=25,30' },
  ],
};
