import { useSignal } from '@preact/signals';
import type { Tensor } from 'convlab';
import { useEffect } from 'preact/hooks';
import { moved } from '../../digits/moved.js';
import { LECTURE_WEIGHTS } from '../../digits/weights.js';
import { run } from '../../engine/engine.js';
import { type Range, rangeOf } from '../../parts/colors.js';
import { percent } from '../../parts/numbers.js';
import { Slider } from '../../parts/slider.js';
import { TensorCanvas } from '../../parts/tensor-canvas.js';
import type { Chapter } from '../chapter.js';
import { testDigit } from '../parts/digits.js';
import { Ready, useEngine } from '../parts/engine.js';
import { KernelTiles } from '../parts/kernel-tiles.js';
import { say } from '../say.js';

/** The displayed test digit. */
const INDEX = 0;
/** Names of two steps of the network: the first maps, and those after the second pooling. */
const [FIRST, SECOND, POOLED] = ['relu', 'relu#2', 'pool#2'] as const;
/** Width in pixels of a cell after the second pooling. */
const CELL = 4;

async function look(dx = 0) {
  const digit = moved(await testDigit(INDEX), { dx, dy: 0, degrees: 0 });
  const [seen, net] = await Promise.all([run('lookInside', LECTURE_WEIGHTS, digit), run('network', LECTURE_WEIGHTS)]);
  return { digit, ...seen.value, weights: net.value.weights };
}

function Maps({ maps, range, name }: { readonly maps: Tensor; readonly range: Range; readonly name: string }) {
  return (
    <div class="lec-maps" style={{ '--columns': Math.min(maps.shape[1], 4) }}>
      {Array.from({ length: maps.shape[1] }, (_, i) => (
        <TensorCanvas key={`${name} ${i + 1}`} tensor={maps} plane={i} range={range} label={`${name} ${i + 1}`} />
      ))}
    </div>
  );
}

/** The kernels of a layer, and the maps that they compute from a digit. */
function Layer({ layer, of, kernels }: { readonly layer: string; readonly of: string; readonly kernels: string }) {
  const made = useEngine(() => look(), []);
  return (
    <Ready of={made}>
      {({ digit, features, weights }) => {
        const [maps, weight] = [features.get(of), weights.get(`${layer}.weight`)];
        return (
          <div class="lec-inside">
            <figure class="lec-figure lec-digit">
              <TensorCanvas tensor={digit} palette="ink" range={[0, 1]} label={say(['the digit', '手写数字'])} />
              <figcaption>{say(['the digit', '手写数字'])}</figcaption>
            </figure>
            <figure class="lec-figure" data-wide={(weight?.shape[1] ?? 1) > 1}>
              {weight && (
                <KernelTiles
                  weight={weight}
                  label={(kernel, slice) => say(['kernel {kernel}, slice {slice}', '卷积核 {kernel}，第 {slice} 片'], { kernel, slice })}
                />
              )}
              <figcaption>{kernels}</figcaption>
            </figure>
            <figure class="lec-figure lec-large">
              {maps && <Maps maps={maps} range={rangeOf('signed', maps.data)} name={say(['feature map', '特征图'])} />}
              <figcaption class="mono">retrieve_features → {of}</figcaption>
            </figure>
          </div>
        );
      }}
    </Ready>
  );
}

/** The relative difference of maps from other maps that are shifted back by whole cells. Cells that were shifted out of the image are not compared. */
function distance(still: Tensor | undefined, now: Tensor | undefined, cells: number): number {
  if (!still || !now) return Number.NaN;
  const width = still.shape[3];
  let [difference, size] = [0, 0];
  for (let i = 0; i < still.data.length; i++) {
    const x = (i % width) + cells;
    if (x < 0 || x >= width) continue;
    difference += (still.data[i] - now.data[i + cells]) ** 2;
    size += still.data[i] ** 2;
  }
  return Math.sqrt(difference / Math.max(size, 1e-9));
}

/** The maps of the digit at its original position and shifted. */
function Shift({ by }: { readonly by: number }) {
  const dx = useSignal(by);
  useEffect(() => {
    dx.value = by;
  }, [by, dx]);
  const made = useEngine(async () => ({ still: await look(), now: await look(dx.value), dx: dx.value }), [dx.value]);
  return (
    <div class="stack">
      <Slider label={say(['shift to the right', '向右平移'])} value={dx} min={-8} max={8} format={(value) => say(['{n} px', '{n} 像素'], { n: value })} />
      <Ready of={made}>
        {({ still, now, dx: moved }) => {
          const read = (shares: Float32Array) => shares.indexOf(Math.max(...shares));
          const range = (name: string) => rangeOf('signed', still.features.get(name)?.data ?? [], now.features.get(name)?.data ?? []);
          return (
            <>
              <div class="lec-shift">
                {[still, now].map(({ digit, features, probabilities }, i) => (
                  <div key={i === 0 ? 'before' : 'after'} class="stack">
                    <h2>{i === 0 ? say(['before', '平移前']) : say(['after', '平移后'])}</h2>
                    <TensorCanvas tensor={digit} palette="ink" range={[0, 1]} label={say(['the digit', '手写数字'])} width="min(100%, 11rem)" />
                    <p>
                      {say(['recognized as {n}, {share}', '读作 {n}，{share}'], {
                        n: read(probabilities),
                        share: percent(Math.max(...probabilities)),
                      })}
                    </p>
                    {[FIRST, POOLED].map((name) => {
                      const maps = features.get(name);
                      return maps && <Maps key={name} maps={maps} range={range(name)} name={name} />;
                    })}
                  </div>
                ))}
              </div>
              <p class="lec-note" data-testid="change">
                {say(
                  [
                    'After shifting them back, the maps of the first layer differ by {first} of their magnitude, those after the second pooling by {second}.',
                    '移回原位再比较：第一层特征图相差 {first}，第二次池化之后相差 {second}。',
                  ],
                  {
                    first: percent(distance(still.features.get(FIRST), now.features.get(FIRST), moved)),
                    second: percent(distance(still.features.get(POOLED), now.features.get(POOLED), Math.round(moved / CELL))),
                  },
                )}
              </p>
            </>
          );
        }}
      </Ready>
    </div>
  );
}

export const inside: Chapter = {
  title: ['What has the network learned?', '她学到了什么？解剖卷积神经网'],
  steps: [
    [
      'The first layer: four kernels of 5 × 5, and the map that each computes from this digit.',
      '第一层：四个 5 × 5 的卷积核，以及每个核对这个数字给出的特征图。',
    ],
    [
      'The second layer: eight kernels of four slices, one slice for each map of the first layer. All share one color scale.',
      '第二层：八个卷积核，每个四片，对应下层的四张特征图。颜色用同一把尺。',
    ],
    [
      'Shift the digit by 2 pixels: the maps of the first layer shift with it, otherwise unchanged; the pooled maps change.',
      '把数字平移 2 像素：第一层的特征图原样跟着移，池化之后的就变了。',
    ],
    [
      'Shifted by 6 pixels, the last maps look like a different picture to the layers that follow. Try the slider.',
      '平移 6 像素：对后面的层来说，已经是另一幅图了。拖一拖滑块。',
    ],
  ],
  Panel: ({ step }) => {
    if (step === 1) return <Layer layer="conv1" of={FIRST} kernels={say(['kernels of the first layer', '第一层的卷积核'])} />;
    if (step === 2) return <Layer layer="conv2" of={SECOND} kernels={say(['8 kernels, 4 slices each', '8 个卷积核，各 4 片'])} />;
    return <Shift by={step === 3 ? 2 : 6} />;
  },
  question: {
    kind: 'number',
    ask: ['How many slices does a kernel of the second layer have?', '第二层的一个卷积核有几片？'],
    answer: async () => (await run('network', LECTURE_WEIGHTS)).value.weights.get('conv2.weight')?.shape[1] ?? Number.NaN,
    why: ['{answer}: one for each map of the first layer.', '{answer} 片：第一层的每张特征图对应一片。'],
  },
  more: [
    { text: ['Click a layer to see every number', '点开任意一层，看每个数'], to: 'network', query: 'layer=conv1' },
    { text: ['Evidence for the answer: Grad-CAM', '它凭什么这么判断：Grad-CAM'], to: 'network', query: 'evidence=gradCam' },
  ],
};
