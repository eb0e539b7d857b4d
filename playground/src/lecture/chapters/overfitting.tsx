import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { digitsUrl } from '../../digits/weights.js';
import { run as ask } from '../../engine/engine.js';
import { Notice } from '../../parts/notice.js';
import { percent, short } from '../../parts/numbers.js';
import type { Measured } from '../../train/protocol.js';
import type { Chapter } from '../chapter.js';
import { LineChart } from '../parts/line-chart.js';
import { RunControls } from '../parts/run-controls.js';
import { FEW, LONG, VALIDATION, withDropout, without } from '../runs.js';
import { say } from '../say.js';

const RUNS = [withDropout, without] as const;
/** Test digits that come with the page. */
const TEST = 1000;
/** Number of steps over which a training accuracy is averaged. */
const WINDOW = 10;

function Sets() {
  const sets = [
    { name: say(['training set', '训练集']), count: FEW, what: say(['for training', '用来学习']) },
    { name: say(['validation set', '校验集']), count: VALIDATION, what: say(['for decisions: when to stop, which network', '用来做决定：何时停，选哪个']) },
    { name: say(['test set', '测试集']), count: TEST - VALIDATION, what: say(['for the final report, used once', '只在最后用一次，报告成绩']) },
  ];
  return (
    <ul class="lec-sets">
      {sets.map(({ name, count, what }) => (
        <li key={name}>
          <strong>{name}</strong>
          <span class="lec-set" style={{ width: `${(100 * count) / VALIDATION}%` }}>
            {count}
          </span>
          <span class="faint">{what}</span>
        </li>
      ))}
    </ul>
  );
}

/** The training accuracy over time; each value is the mean of several steps. */
function learned({ steps }: typeof withDropout): [number, number][] {
  const all = steps.value;
  return Array.from({ length: Math.floor(all.length / WINDOW) }, (_, i) => {
    const group = all.slice(i * WINDOW, (i + 1) * WINDOW);
    return [group[WINDOW - 1].step, group.reduce((sum, { accuracy }) => sum + accuracy, 0) / WINDOW];
  });
}

/** The measurement with the lowest validation loss. */
function best(measured: readonly Measured[]): Measured | undefined {
  return measured.reduce<Measured | undefined>((low, each) => (low && low.loss <= each.loss ? low : each), undefined);
}

function Curves({ step }: { readonly step: number }) {
  const tested = useSignal<readonly number[] | undefined>(undefined);
  const failure = useSignal('');
  const before = useRef(step);
  useEffect(() => {
    for (const each of RUNS) void each.open();
    return () => {
      for (const each of RUNS) each.pause();
    };
  }, []);
  // advancing in the text starts both trainings; opening a URL here starts nothing
  useEffect(() => {
    if (before.current === 1 && step === 2) for (const each of RUNS) if (each.step.peek() < LONG) each.start();
    before.current = step;
  }, [step]);
  const report = async () => {
    try {
      const shares: number[] = [];
      for (const [i, each] of RUNS.entries()) {
        each.pause();
        shares.push((await ask('testNet', `test ${i} ${each.step.peek()}`, await each.save(), digitsUrl('test'), VALIDATION, TEST)).value);
      }
      tested.value = shares;
      failure.value = '';
    } catch (error) {
      failure.value = (error as Error).message;
    }
  };
  if (step === 1) return <Sets />;
  const names = [say(['with dropout', '有 Dropout']), say(['without', '无 Dropout'])];
  const tones = ['second', 'accent'] as const;
  const losses = step === 4;
  const train = say(['training', '训练']);
  const valid = say(['validation', '校验']);
  const lines = RUNS.flatMap((each, i) => {
    const measured = each.measured.value.map((m): [number, number] => [m.step, losses ? m.loss : m.accuracy]);
    const own = { name: `${valid}: ${names[i]}`, points: measured, tone: tones[i] };
    return losses ? [own] : [own, { name: `${train}: ${names[i]}`, points: learned(each), tone: tones[i], dashed: true }];
  });
  const lowest = best(without.measured.value);
  const [learnedNow, validNow] = [learned(without).at(-1)?.[1], without.measured.value.at(-1)?.accuracy];
  return (
    <div class="stack lec-learning">
      <RunControls runs={RUNS} />
      <LineChart
        name={losses ? say(['Validation loss of two runs', '两次训练的校验损失']) : say(['Accuracy of two runs', '两次训练的准确率'])}
        lines={lines}
        xName={say(['steps', '步数'])}
        x={[0, LONG]}
        {...(losses ? { at: lowest?.step, atName: say(['stop here', '在这里停']) } : { most: 1 })}
        format={losses ? (value) => short(value, 2) : (value) => `${Math.round(100 * value)}%`}
      />
      {step === 3 && learnedNow !== undefined && validNow !== undefined && (
        <p class="lec-note">
          {say(
            [
              'Without dropout: {train} correct on the training set, {valid} on the validation set. The gap is overfitting.',
              '无 Dropout：学过的读对 {train}，没见过的读对 {valid}。这个差距就是过拟合。',
            ],
            {
              train: percent(learnedNow),
              valid: percent(validNow),
            },
          )}
        </p>
      )}
      {losses && lowest && (
        <p class="lec-note">
          {say(
            [
              'Without dropout, the validation loss is lowest at step {step}: {loss}. After that, the network only memorizes.',
              '无 Dropout 时，校验损失在第 {step} 步最低：{loss}。再往后，只是死记硬背。',
            ],
            {
              step: lowest.step,
              loss: short(lowest.loss, 3),
            },
          )}
        </p>
      )}
      {step === 5 && (
        <div class="stack">
          <div>
            <button type="button" class="button" onClick={report} disabled={RUNS.some((each) => each.step.value === 0)}>
              {say(['Evaluate on the test set', '在测试集上评估'])}
            </button>
          </div>
          {failure.value && <Notice kind="error">{failure.value}</Notice>}
          {tested.value && (
            <p class="lec-note" data-testid="tested">
              {say(['Correct on {n} test digits: {a} with dropout, {b} without.', '{n} 个测试数字：有 Dropout 读对 {a}，无 Dropout 读对 {b}。'], {
                n: TEST - VALIDATION,
                a: percent(tested.value[0]),
                b: percent(tested.value[1]),
              })}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

export const overfitting: Chapter = {
  title: ['Does it overfit? When to stop?', '过拟合：训练集、校验集、测试集'],
  steps: [
    [
      'Three sets: for training, for decisions and for the final report. Here, only 300 digits are used for training, so that overfitting shows.',
      '三个集合：训练集用来学，校验集用来做决定，测试集用来报告。这里只用 300 个训练数字，好看出毛病来。',
    ],
    ['Two runs overlaid, with dropout and without. Nothing else differs.', '两次训练叠在一起看：一次有 Dropout，一次没有，别的都一样。'],
    [
      'On the training set, both runs are nearly always correct. On the validation set, they are not: this is overfitting.',
      '训练集上几乎全对，校验集上却不是：这就是过拟合。',
    ],
    ['When to stop? Where the validation loss is lowest.', '训练到什么时候停？校验损失最低的时候。'],
    ['The test set is used only once, at the end.', '测试集只打开一次，在最后。'],
  ],
  Panel: Curves,
  question: {
    kind: 'choice',
    ask: ['Why does the training accuracy say nothing about new digits here?', '为什么在这里，训练准确率说明不了网络对新数字的本事？'],
    options: [
      { text: ['The network has memorized these digits.', '网络把这些数字背下来了。'] },
      { text: ['The training digits are easier to recognize.', '训练集的数字更好认。'] },
      { text: ['Accuracy needs 60000 digits to be exact.', '准确率要 60000 个数字才算得准。'] },
    ],
    right: 0,
    why: ['Only digits that the network has never seen show how well it generalizes.', '只有它从没见过的数字，才说明问题。'],
  },
  more: [{ text: ['More layers: does it get better?', '增加层数，会更好吗？'], to: 'train', query: 'layers=c8x3,c8x3,m2,c16x3,c16x3,m2,f128,d50' }],
};
