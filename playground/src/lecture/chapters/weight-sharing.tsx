import { useState } from 'preact/hooks';
import { run } from '../../engine/engine.js';
import type { Text } from '../../shell/language.js';
import type { Chapter } from '../chapter.js';
import { BandMatrix } from '../parts/band-matrix.js';
import { Ready, useEngine } from '../parts/engine.js';
import { PixelLinks } from '../parts/pixel-links.js';
import { say } from '../say.js';

/** The side length of a digit, and of a kernel. */
const [N, W] = [28, 3] as const;

function Counts() {
  const counts = useEngine(async () => (await run('links', N, W)).value, []);
  const rows = (found: { dense: number; links: number; shared: number }): readonly (readonly [Text, number])[] => [
    [['every pixel connected to every cell', '每格连每个像素（全连接）'], found.dense],
    [['3 × 3 neighborhood, separate weights', '只连 3 × 3，各有各的权重'], found.links],
    [['3 × 3 neighborhood, shared weights', '只连 3 × 3，权值共享'], found.shared],
  ];
  return (
    <Ready of={counts}>
      {(found) => (
        <table class="lec-counts">
          <caption>{say(['Number of weights from 28 × 28 pixels to 28 × 28 cells', '从 28 × 28 个像素到 28 × 28 个格子，要学的权重'])}</caption>
          <tbody>
            {rows(found).map(([name, value]) => (
              <tr key={name[0]}>
                <th scope="row">{say(name)}</th>
                <td>
                  {/* the length of a bar is the number of digits */}
                  <span class="lec-bar" style={{ width: `${(100 * Math.log10(value)) / Math.log10(found.dense)}%` }} />
                  <strong>{value.toLocaleString('en-US')}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Ready>
  );
}

/** The cells of the map whose links are shown in a step. */
const PIXELS: readonly (readonly (readonly [y: number, x: number])[])[] = [
  [[1, 1]],
  [
    [1, 1],
    [3, 4],
  ],
  [
    [1, 1],
    [1, 2],
  ],
];

function Linked({ step }: { readonly step: number }) {
  const [own, setOwn] = useState<{ step: number; at: readonly [number, number] } | undefined>(undefined);
  // a clicked cell stays until the text advances
  const pixels = own?.step === step ? [...PIXELS[step - 1].slice(0, -1), own.at] : PIXELS[step - 1];
  return <PixelLinks pixels={pixels} onPick={(y, x) => setOwn({ step, at: [y, x] })} />;
}

export const weightSharing: Chapter = {
  title: ['Nine connections, the same nine weights', '权值共享'],
  steps: [
    [
      'As a neural network: each pixel of the feature map has nine connections to the picture. Click any pixel.',
      '从神经网络看：特征图上每个像素，与原图 3 × 3 的像素相连，共 9 条链接。点任意一个试试。',
    ],
    [
      'Another pixel has nine other connections. Connections of the same color have the same weight: this is weight sharing.',
      '另一个像素，另外 9 条链接。同一种颜色的链接权重相同：这就是权值共享。',
    ],
    ['The windows of neighbors overlap: they share six of their nine pixels.', '相邻的像素，窗口有重叠：九个里有六个相同。'],
    ['This saves many weights. The bars are logarithmic.', '省下了多少？条形按对数画。'],
    [
      'In one dimension, the convolution is a matrix with one band of shared weights; everything else is zero.',
      '一维的情形：一个矩阵，只有一条带子上有权重，且处处相同，其余为 0。',
    ],
  ],
  Panel: ({ step }) => (step === 5 ? <BandMatrix /> : step === 4 ? <Counts /> : <Linked step={step} />),
  question: {
    kind: 'number',
    ask: [
      'How many weights does a shared 5 × 5 kernel have, from 28 × 28 pixels to 28 × 28 cells?',
      '权值共享的 5 × 5 卷积核，从 28 × 28 到 28 × 28，有多少个权重？',
    ],
    answer: async () => (await run('links', N, 5)).value.shared,
    why: ['{answer}, however large the picture is.', '{answer} 个，与图像大小无关。'],
  },
  more: [
    { text: ['Signals, with weights that you choose', '输入自己的信号与权重'], to: 'volume', query: 'signal=step&w=-1,1&padding=valid&row=7' },
    { text: ['The connections between all layers of a network', '整个网络各层之间的链接'], to: 'network' },
  ],
};
