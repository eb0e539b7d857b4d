import { type Tensor, tensor } from 'convlab';
import { LECTURE_WEIGHTS } from '../../digits/weights.js';
import { run } from '../../engine/engine.js';
import { Signed } from '../../parts/signed.js';
import type { Chapter } from '../chapter.js';
import { type Box, Boxes } from '../parts/boxes.js';
import { Cells } from '../parts/cells.js';
import { Ready, useEngine } from '../parts/engine.js';
import { rowsOf } from '../parts/rows.js';
import { say } from '../say.js';

/** Two input maps of 4 × 4, and a kernel of two slices. */
const INPUT = tensor([
  [
    [
      [1, 0, 2, 1],
      [0, 1, 1, 0],
      [2, 1, 0, 1],
      [1, 0, 1, 2],
    ],
    [
      [0, 1, 0, 1],
      [1, 2, 0, 0],
      [0, 1, 1, 1],
      [2, 0, 1, 0],
    ],
  ],
]);
const KERNEL = tensor([
  [
    [
      [0, 1, 0],
      [1, 0, 1],
      [0, 1, 0],
    ],
    [
      [1, 0, 0],
      [0, -1, 0],
      [0, 0, 1],
    ],
  ],
]);

const plane = ({ data, shape }: Tensor, i: number): Tensor => {
  const [h, w] = shape.slice(-2);
  return { shape: [1, 1, h, w], data: data.slice(i * h * w, (i + 1) * h * w) };
};

/** The results of each slice and of the whole kernel. */
async function slices() {
  const [first, second, whole] = await Promise.all([
    run('conv', plane(INPUT, 0), plane(KERNEL, 0), {}),
    run('conv', plane(INPUT, 1), plane(KERNEL, 1), {}),
    run('conv', INPUT, KERNEL, {}),
  ]);
  return { parts: [first, second].map(({ value }) => rowsOf(value)), sum: rowsOf(whole.value) };
}

/** A kernel of 2 × 3 × 3 over 6 × 8 × 8 numbers: as feature maps it must have their depth; in true 3D it also slides in depth. */
async function both() {
  const volume = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) });
  const [flat, deep] = await Promise.all([
    run('conv', volume(1, 6, 8, 8), volume(1, 6, 3, 3), {}),
    run('conv', volume(1, 1, 6, 8, 8), volume(1, 1, 2, 3, 3), {}),
  ]);
  return { flat: flat.value.shape.slice(1), deep: deep.value.shape.slice(2) };
}

const three = (shape: readonly number[]) => shape as readonly [number, number, number];

function Architecture() {
  const net = useEngine(async () => (await run('network', LECTURE_WEIGHTS)).value, []);
  return (
    <Ready of={net}>
      {({ layers, weights }) => {
        const shaped: Box[] = layers.filter(({ kind }) => kind !== 'relu' && kind !== 'logSoftmax').map(({ name, shape }) => ({ name, shape }));
        const total = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
        return (
          <>
            <Boxes
              name={say(['the layers of the lecture’s network', '讲座网络的各层'])}
              boxes={[{ name: say(['digit', '数字']), shape: [1, 28, 28] }, ...shaped]}
            />
            <p class="lec-note">{say(['{n} parameters in total.', '一共 {n} 个待学的参数。'], { n: total.toLocaleString('en-US') })}</p>
          </>
        );
      }}
    </Ready>
  );
}

function Slices({ shown }: { /** 1: each slice on its map; 2: their maps added */ readonly shown: number }) {
  const made = useEngine(slices, []);
  return (
    <Ready of={made}>
      {({ parts, sum }) => (
        <div class="lec-slices" data-shown={shown}>
          {parts.map((part, i) => (
            <div key={i === 0 ? 'first' : 'second'} class="lec-walk" style={{ '--all': 13 }}>
              <Cells id={`slice${i}`} name={say(['input map {i}', '输入特征图 {i}'], { i: i + 1 })} rows={rowsOf(INPUT, i)} />
              <Signed sign="∗">
                <Cells id={`weights${i}`} name={say(['slice {i} of the kernel', '卷积核的第 {i} 片'], { i: i + 1 })} rows={rowsOf(KERNEL, i)} />
              </Signed>
              <Signed sign="=">
                <Cells id={`part${i}`} name={say(['map of slice {i}', '第 {i} 片的结果'], { i: i + 1 })} rows={part} />
              </Signed>
            </div>
          ))}
          {shown === 2 && (
            <div class="lec-walk lec-total" style={{ '--all': 13 }}>
              <Cells id="added0" name={say(['slice 1', '第 1 片'])} rows={parts[0]} />
              <Signed sign="+">
                <Cells id="added1" name={say(['slice 2', '第 2 片'])} rows={parts[1]} />
              </Signed>
              <Signed sign="=">
                <Cells id="total" name={say(['one feature map', '一张输出特征图'])} rows={sum} />
              </Signed>
            </div>
          )}
        </div>
      )}
    </Ready>
  );
}

function True3D() {
  const made = useEngine(both, []);
  return (
    <Ready of={made}>
      {({ flat, deep }) => (
        <div class="stack">
          <h2>{say(['The kernel of a layer is as deep as its input and gives one flat map', '立体卷积核与输入一样厚：得到一张平面特征图'])}</h2>
          <Boxes
            name={say(['a layer’s kernel', '立体卷积核'])}
            boxes={[
              { name: say(['six maps', '六张特征图']), shape: [6, 8, 8] },
              { name: say(['kernel', '卷积核']), shape: [6, 3, 3] },
              { name: say(['result', '结果']), shape: three(flat) },
            ]}
            marked={2}
            scale={2}
          />
          <h2>{say(['True 3D: the kernel also slides in depth and gives a volume', '真正的 3D 卷积：核也沿厚度滑动，得到一个立体'])}</h2>
          <Boxes
            name={say(['true 3D', '真正的 3D 卷积'])}
            boxes={[
              { name: say(['volume', '立体']), shape: [6, 8, 8] },
              { name: say(['kernel', '卷积核']), shape: [2, 3, 3] },
              { name: say(['result', '结果']), shape: three(deep) },
            ]}
            marked={2}
            scale={2}
          />
        </div>
      )}
    </Ready>
  );
}

export const cubes: Chapter = {
  title: ['Cubes: the whole architecture', '立体卷积核与整体架构'],
  steps: [
    [
      'The layers are cubes of neurons: convolution, pooling, convolution, pooling, then two fully connected layers.',
      '每层神经元排成立方体：卷积、池化、卷积、池化，最后是两层全连接。',
    ],
    [
      'For m input maps, a kernel has m slices, so m · s · s weights. Each slice is applied to its own map.',
      '对 m 张特征图，卷积核有 m 片，共 m · s · s 个权重。每一片只管自己那一张。',
    ],
    ['The results of the slices are added up: one kernel gives one feature map.', '再把各片的结果加起来：一个卷积核，一张特征图。'],
    ['True 3D convolution is different: the kernel also moves in depth.', '真正的 3D 卷积是另一回事：核还会沿厚度移动。'],
  ],
  Panel: ({ step }) => (step === 1 ? <Architecture /> : step === 4 ? <True3D /> : <Slices shown={step - 1} />),
  question: {
    kind: 'number',
    ask: [
      'The second layer has 8 kernels of 5 × 5 over 4 maps. How many weights is that, without the biases?',
      '第二个卷积层：4 张输入特征图，8 个 5 × 5 的卷积核。不算偏置，共有多少权重？',
    ],
    answer: async () => (await run('network', LECTURE_WEIGHTS)).value.weights.get('conv2.weight')?.data.length ?? Number.NaN,
    why: ['n · m · s · s = {answer}, as counted in the network.', 'n · m · s · s = {answer}，是从网络里数出来的。'],
  },
  more: [
    { text: ['A cell of a layer, slice by slice', '某一格逐片展开'], to: 'network', query: 'layer=conv2' },
    { text: ['A cube that slides through a volume', '在立体中滑动的方块'], to: 'volume', query: 'kernel=sobelZ&show=result' },
  ],
};
