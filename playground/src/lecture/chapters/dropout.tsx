import { full } from 'convlab';
import { useState } from 'preact/hooks';
import { run } from '../../engine/engine.js';
import type { Chapter } from '../chapter.js';
import { Ready, useEngine } from '../parts/engine.js';
import { say } from '../say.js';

/** Number of columns and rows of neurons, all with value 1. */
const SIDE = 10;
const RATE = 0.5;

const masked = async (seed: number, training: boolean) => (await run('dropout', full([1, SIDE * SIDE], 1), RATE, seed, training)).value;

/** The mode and the seed that a step shows. */
const STEPS = [
  { training: true, seed: 1 },
  { training: true, seed: 2 },
  { training: false, seed: 2 },
] as const;

function Mask({ training: first, seed: from }: (typeof STEPS)[number]) {
  const [training, setTraining] = useState<boolean>(first);
  const [seed, setSeed] = useState<number>(from);
  const made = useEngine(() => masked(seed, training), [seed, training]);
  return (
    <Ready of={made}>
      {({ data }) => {
        const silent = data.filter((value) => value === 0).length;
        const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
        return (
          <div class="lec-reading lec-mask">
            <div
              class="lec-neurons"
              role="img"
              style={{ '--columns': SIDE }}
              aria-label={say(['{n} neurons, {silent} of them dropped', '{n} 个神经元，其中 {silent} 个静默'], { n: data.length, silent })}
            >
              {Array.from(data, (value, i) => (
                <span key={i} data-value={value} />
              ))}
            </div>
            <div class="stack">
              <fieldset class="row" aria-label={say(['mode', '模式'])}>
                <button type="button" class="button mono" aria-pressed={training} onClick={() => setTraining(true)}>
                  net.train()
                </button>
                <button type="button" class="button mono" aria-pressed={!training} onClick={() => setTraining(false)}>
                  net.eval()
                </button>
              </fieldset>
              <button type="button" class="button" disabled={!training} onClick={() => setSeed(seed + 1)}>
                {say(['Another mask', '换一个掩码'])}
              </button>
              <dl class="lec-facts">
                <dt>{say(['dropped', '静默的神经元'])}</dt>
                <dd>
                  <strong>{silent}</strong> / {data.length}
                </dd>
                <dt>{say(['value of the others', '其余的值'])}</dt>
                <dd>
                  <strong>{Math.max(...data)}</strong>
                </dd>
                <dt>{say(['mean of all', '平均值'])}</dt>
                <dd>{mean.toFixed(2)}</dd>
              </dl>
            </div>
          </div>
        );
      }}
    </Ready>
  );
}

export const dropout: Chapter = {
  title: ['Dropout', 'Dropout'],
  steps: [
    [
      'During training, every neuron is dropped with probability p = 0.5. The values of the others are doubled, so the sum stays the same on average.',
      '训练时，每个神经元以 p = 0.5 的概率被丢弃；留下的乘以 2，总和平均不变。',
    ],
    [
      'Each batch uses a new random mask. The network cannot rely on any single neuron, which reduces overfitting.',
      '每一批换一个掩码。网络不能只靠某一个神经元：这是一种防止过拟合的技术。',
    ],
    ['net.eval() switches dropout off: during testing, every neuron is active.', 'net.eval() 把它关掉：测试时，所有神经元都工作。'],
  ],
  Panel: ({ step }) => <Mask key={step} {...STEPS[step - 1]} />,
  question: {
    kind: 'number',
    ask: [
      'With p = 0.75, only a quarter of the neurons are kept. By what factor are they multiplied?',
      '如果 p = 0.75，只留下四分之一的神经元，它们要乘以几？',
    ],
    answer: async () => Math.max(...(await run('dropout', full([1, 400], 1), 0.75, 1, true)).value.data),
    why: ['{answer} = 1 / (1 − p).', '{answer} = 1 / (1 − p)。'],
  },
  more: [{ text: ['Train with any dropout rate', '用任意比例的 Dropout 训练'], to: 'train', query: 'layers=c4x5,m2,c8x5,m2,f512,d80' }],
};
