import { useEffect, useRef } from 'preact/hooks';
import { percent, short } from '../../parts/numbers.js';
import type { StepRecord } from '../../train/protocol.js';
import type { Chapter } from '../chapter.js';
import { KernelTiles } from '../parts/kernel-tiles.js';
import { LineChart } from '../parts/line-chart.js';
import { RunControls } from '../parts/run-controls.js';
import { mine } from '../runs.js';
import { say } from '../say.js';

/** Points of a curve, each the mean of several steps. */
const POINTS = 80;

function means(steps: readonly StepRecord[]): [number, number][] {
  const size = Math.max(1, Math.ceil(steps.length / POINTS));
  return Array.from({ length: Math.ceil(steps.length / size) }, (_, i) => {
    const group = steps.slice(i * size, (i + 1) * size);
    return [group[group.length - 1].step, group.reduce((sum, { loss }) => sum + loss, 0) / group.length];
  });
}

function Learning({ step }: { readonly step: number }) {
  const before = useRef(step);
  useEffect(() => {
    void mine.open();
    return () => mine.pause();
  }, []);
  // advancing in the text advances the training; opening a URL here starts nothing
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    if (step === 2 && mine.step.peek() === 0) mine.one();
    else if (step === 3) mine.start();
    else mine.pause();
  }, [step]);
  const [kernels, measured] = [mine.kernels.value[0], mine.measured.value.at(-1)];
  return (
    <div class="stack lec-learning">
      <RunControls runs={[mine]} single />
      {kernels && (
        <figure class="lec-figure">
          <KernelTiles weight={kernels.weight} label={(i) => say(['kernel {i} of the first layer', '第一层的卷积核 {i}'], { i })} />
          <figcaption>{say(['the four kernels of the first layer', '第一层的四个卷积核'])}</figcaption>
        </figure>
      )}
      {step === 2 && kernels?.gradient && (
        <figure class="lec-figure">
          <KernelTiles weight={kernels.gradient} label={(i) => say(['gradient of kernel {i}', '卷积核 {i} 的梯度'], { i })} />
          <figcaption>{say(['the gradient of the last step', '最近一步的梯度'])}</figcaption>
        </figure>
      )}
      {step >= 3 && (
        <LineChart
          name={say(['Loss by step', '损失随步数的变化'])}
          lines={[{ name: say(['loss of each batch', '每批的损失']), points: means(mine.steps.value), tone: 'accent' }]}
          xName={say(['steps', '步数'])}
          x={[0, Math.max(Math.ceil(mine.step.value / 50), 1) * 50]}
          format={(value) => short(value, 2)}
          shared
        />
      )}
      {measured && (
        <p class="lec-note" data-testid="accuracy">
          {say(['It recognizes {right} of {n} digits that it was not trained on.', '在 {n} 个没学过的数字里，它读对 {right}。'], {
            right: percent(measured.accuracy),
            n: (mine.opened.value?.validation ?? 0).toLocaleString('en-US'),
          })}
        </p>
      )}
    </div>
  );
}

export const training: Chapter = {
  title: ['All kernels are learned', '训练循环'],
  steps: [
    [
      'These kernels are not chosen by hand. They start as random numbers, and the network only guesses.',
      '这些卷积核没有人来挑：一开始全是随机数，网络只是在乱猜。',
    ],
    [
      'One step: the network processes a batch, the loss measures its error, and the gradient shows how to change each weight.',
      '走一步：一批数据过一遍，损失说错了多少，梯度说每个权重该往哪儿动。',
    ],
    ['The step is repeated many times. Watch the kernels change while the loss falls.', '一遍又一遍。看卷积核在变，损失在降。'],
    ['Every 25 steps, the network is tested with net.eval() on digits that it is not trained on.', '每 25 步，用 net.eval() 在没学过的数字上测一次。'],
  ],
  Panel: Learning,
  question: {
    kind: 'choice',
    ask: ['What does optimizer.step() change?', 'optimizer.step() 改变的是什么？'],
    options: [
      { text: ['the digits', '手写数字'] },
      { text: ['the weights of all kernels and layers', '所有卷积核和各层的权重'] },
      { text: ['the number of layers', '网络的层数'] },
    ],
    right: 1,
    why: ['Only the weights: the architecture and the digits do not change.', '只有权重：架构是定好的，数字是给定的。'],
  },
  more: [{ text: ['Other optimizers, learning rates and layers; step back through the history', '换优化器、学习率、网络层；回看历史'], to: 'train' }],
};
