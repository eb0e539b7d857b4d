import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Pad, PadButtons } from '../../digits/pad.js';
import { digitFromStrokes, type Stroke, strokesCodec } from '../../digits/strokes.js';
import { run } from '../../engine/engine.js';
import { latest } from '../../engine/latest.js';
import { Bars } from '../../parts/bars.js';
import { Notice } from '../../parts/notice.js';
import { percent } from '../../parts/numbers.js';
import { urlSignal } from '../../shell/url.js';
import type { Chapter } from '../chapter.js';
import { RunControls } from '../parts/run-controls.js';
import { mine } from '../runs.js';
import { say } from '../say.js';
import { t } from '../strings.js';

/** A hand-drawn three, until the reader draws. */
const THREE = 'UQaLiKpOrVmbdemgtmtuo1f4X3Sy';
const strokes = urlSignal<readonly Stroke[]>('lecture', 'strokes', strokesCodec.decode(THREE) ?? [], strokesCodec);
/** The last saved state of the network, and its step. */
const saved = signal<{ readonly key: string; readonly bytes: Uint8Array } | undefined>(undefined);
/** Steps between two evaluations during training. */
const EVERY = 25;

let trainings = 0;

const save = latest(async (step: number) => {
  const bytes = await mine.save();
  trainings++;
  saved.value = { key: `mine ${trainings} ${step}`, bytes };
});

function Reader({ step }: { readonly step: number }) {
  const shares = useSignal<Float32Array | undefined>(undefined);
  const failure = useSignal('');
  const before = useRef(step);
  const read = useRef(
    latest(async ({ key, bytes, drawn }: { key: string; bytes: Uint8Array; drawn: readonly Stroke[] }) => {
      try {
        const { value } = await run('readDigit', key, bytes, digitFromStrokes(drawn, true));
        // the pad may have been cleared meanwhile
        shares.value = strokes.peek().length > 0 ? value : undefined;
        failure.value = '';
      } catch (error) {
        failure.value = (error as Error).message;
      }
    }),
  );
  useEffect(() => {
    void mine.open();
    return () => mine.pause();
  }, []);
  // advancing in the text starts training; opening a URL here starts nothing
  useEffect(() => {
    if (before.current === 1 && step === 2) mine.start();
    if (step >= 3) mine.pause();
    before.current = step;
  }, [step]);
  const at = Math.floor(mine.step.value / EVERY);
  const [ready, running] = [mine.opened.value !== undefined, mine.running.value];
  useEffect(() => {
    if (ready) void save(mine.step.peek());
  }, [ready, running, at]);
  const [net, drawn] = [saved.value, strokes.value];
  useEffect(() => {
    if (net && drawn.length > 0) void read.current({ ...net, drawn });
    if (drawn.length === 0) shares.value = undefined;
  }, [net, drawn, shares]);
  const best = shares.value ? shares.value.indexOf(Math.max(...shares.value)) : -1;
  const measured = mine.measured.value.at(-1);
  return (
    <div class="stack lec-learning">
      <RunControls runs={[mine]} />
      <div class="lec-reading lec-yours">
        <div class="stack">
          <Pad strokes={strokes} />
          <div class="row">
            <PadButtons strokes={strokes} />
          </div>
        </div>
        <div class="stack">
          <p class="lec-says" aria-live="polite">
            {best < 0
              ? say(['Draw a digit.', '写一个数字吧。'])
              : say(['Your network says {digit}: {share}', '你的网络读作 {digit}：{share}'], { digit: best, share: percent(shares.value?.[best] ?? 0) })}
          </p>
          <Bars values={shares.value ?? new Float32Array(10)} label={t('probabilities')} most={1} marked={best} format={percent} />
          {failure.value && <Notice kind="error">{failure.value}</Notice>}
        </div>
      </div>
      {measured && (
        <p class="lec-note">
          {say(['After {step} steps, it recognizes {right} of {n} digits that it has never seen.', '学了 {step} 步，在 {n} 个从没见过的数字里读对 {right}。'], {
            step: measured.step,
            right: percent(measured.accuracy),
            n: (mine.opened.value?.validation ?? 0).toLocaleString('en-US'),
          })}
        </p>
      )}
    </div>
  );
}

export const yourNet: Chapter = {
  title: ['Your network recognizes your digit', '你的网络，读你写的数字'],
  steps: [
    [
      'Everything so far, combined: convolution and pooling, twice, then two fully connected layers. The network is not trained yet, so it guesses.',
      '把前面的都合起来：卷积、池化、再来一遍、两层全连接。它还什么都没学，只会瞎猜。',
    ],
    ['Train it. Within seconds, the answer becomes clear.', '让它学。几秒钟，条形就有了主意。'],
    ['Now draw a digit of your own. Nobody tells the network which digit it is.', '现在写一个你自己的数字。从没有人告诉它你写的是什么。'],
    [
      'Homework: two such networks make an adding machine. It adds by convolution, too.',
      '作业：两个这样的网络就是一台手写数字加法机。它做加法用的，也是卷积。',
    ],
  ],
  Panel: Reader,
  question: {
    kind: 'choice',
    ask: [
      'For the homework: two digits have the distributions p and q. Which operation gives the distribution of their sum?',
      '作业提示：两个数字的概率分布是 p 和 q，它们之和的分布由哪种运算得到？',
    ],
    options: [
      { text: ['p + q', 'p + q'] },
      { text: ['p · q, element by element', '逐项相乘 p · q'] },
      { text: ['the convolution of p and q', 'p 与 q 的卷积'] },
    ],
    right: 2,
    why: [
      'Each pair of digits with this sum contributes a product of two probabilities; the products are added up. The Add view does the same.',
      '凑成这个和的每一种方式都是一个乘积，再加起来。“加法”视图做的就是这件事。',
    ],
  },
  more: [
    { text: ['The adding machine', '手写数字加法机'], to: 'add' },
    { text: ['Look inside a network', '解剖一个网络'], to: 'network' },
    { text: ['Train with your own recipe', '用自己的配方训练'], to: 'train' },
  ],
};
