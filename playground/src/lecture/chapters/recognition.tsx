import { moved } from '../../digits/moved.js';
import { digitsUrl, LECTURE_WEIGHTS } from '../../digits/weights.js';
import { run } from '../../engine/engine.js';
import { percent } from '../../parts/numbers.js';
import type { Chapter } from '../chapter.js';
import { testDigit } from '../parts/digits.js';
import { Ready, useEngine } from '../parts/engine.js';
import { LineChart } from '../parts/line-chart.js';
import { Reading } from '../parts/reading.js';
import { say } from '../say.js';

/** Number of test digits that are moved. */
const COUNT = 1000;
const SHIFTS = [-8, -6, -4, -2, 0, 2, 4, 6, 8] as const;
const ANGLES = [-45, -30, -15, 0, 15, 30, 45] as const;
/** Shift of the digit in a step, in pixels to the right. */
const OFFSETS = [0, 3, 8, 0] as const;
/** The test digit that is shown, a 2. */
const INDEX = 1;

async function read(dx: number) {
  const digit = moved(await testDigit(INDEX), { dx, dy: 0, degrees: 0 });
  return { digit, shares: (await run('predict', LECTURE_WEIGHTS, digit)).value };
}

const shifted = async (shifts: readonly number[]) =>
  (
    await run(
      'accuracyMoved',
      LECTURE_WEIGHTS,
      digitsUrl('test'),
      COUNT,
      shifts.map((dx) => ({ dx, dy: 0, degrees: 0 })),
    )
  ).value;
const turned = async () =>
  (
    await run(
      'accuracyMoved',
      LECTURE_WEIGHTS,
      digitsUrl('test'),
      COUNT,
      ANGLES.map((degrees) => ({ dx: 0, dy: 0, degrees })),
    )
  ).value;

function Shifted() {
  const shares = useEngine(() => shifted(SHIFTS), []);
  return (
    <Ready of={shares}>
      {(values) => {
        const at = (dx: (typeof SHIFTS)[number]) => percent(values[SHIFTS.indexOf(dx)]);
        return (
          <>
            <LineChart
              name={say(['Accuracy against shift', '准确率随平移的变化'])}
              lines={[
                {
                  name: say(['accuracy, shifted 8 px to the right', '右移 8 像素时的准确率']),
                  points: SHIFTS.map((x, i) => [x, values[i]]),
                  tone: 'accent',
                  dots: true,
                },
              ]}
              xName={say(['shift to the right, in pixels', '向右平移（像素）'])}
              x={[-8, 8]}
              most={1}
              format={(value) => `${Math.round(100 * value)}%`}
            />
            <p class="lec-note">
              {say(
                [
                  'Of {n} test digits, it recognizes {zero} unshifted, {four} at 4 px, and only {eight} at 8 px.',
                  '{n} 个测试数字：原位读对 {zero}，移 4 像素 {four}，移 8 像素只剩 {eight}。',
                ],
                {
                  n: COUNT.toLocaleString('en-US'),
                  zero: at(0),
                  four: at(4),
                  eight: at(8),
                },
              )}
            </p>
          </>
        );
      }}
    </Ready>
  );
}

function Turned() {
  const shares = useEngine(turned, []);
  return (
    <Ready of={shares}>
      {(values) => (
        <>
          <LineChart
            name={say(['Accuracy against rotation', '准确率随旋转的变化'])}
            lines={[{ name: say(['accuracy at 45°', '旋转 45° 时的准确率']), points: ANGLES.map((x, i) => [x, values[i]]), tone: 'accent', dots: true }]}
            xName={say(['rotation counter-clockwise, in degrees', '逆时针旋转（度）'])}
            x={[-45, 45]}
            most={1}
            format={(value) => `${Math.round(100 * value)}%`}
          />
          <p class="lec-note">
            {say(['It recognizes {zero} upright, {some} rotated by 15°, and {far} rotated by 45°.', '不转读对 {zero}，转 15° {some}，转 45° {far}。'], {
              zero: percent(values[ANGLES.indexOf(0)]),
              some: percent(values[ANGLES.indexOf(15)]),
              far: percent(values[ANGLES.indexOf(45)]),
            })}
          </p>
        </>
      )}
    </Ready>
  );
}

export const recognition: Chapter = {
  title: ['A network that recognizes digits', '图像识别'],
  steps: [
    [
      '784 pixels go in, ten probabilities come out. By the last chapter, you will have trained such a network.',
      '输入 784 个像素，输出十个概率。到最后一章，这样的网络由你亲手造出来。',
    ],
    [
      'Shift the digit by 3 pixels: the network still recognizes it. Convolution copes well with small shifts.',
      '把数字平移 3 像素，网络照样认得。这正是卷积擅长的事。',
    ],
    [
      'How far can a digit move? On 1,000 test digits, the network tolerates only a few pixels.',
      '能移多远？用一千个测试数字量一量：几个像素可以，再远就不行了。',
    ],
    ['Rotation is harder still: a convolution does not take it into account.', '旋转更难：卷积本身并不懂得旋转。'],
  ],
  Panel: ({ step }) => {
    const dx = OFFSETS[step - 1];
    const reading = useEngine(() => read(dx), [dx]);
    if (step === 3) return <Shifted />;
    if (step === 4) return <Turned />;
    return <Ready of={reading}>{(value) => <Reading {...value} />}</Ready>;
  },
  question: {
    kind: 'number',
    ask: [
      'Guess to within 10: of 100 test digits, how many does the network still recognize when each is shifted 8 pixels to the right?',
      '猜一猜（误差 10 以内）：把 100 个测试数字都右移 8 像素，网络还能读对几个？',
    ],
    answer: async () => 100 * (await shifted([8]))[0],
    within: 10,
    why: ['It is {answer} of 100: pooling tolerates a shift of only one or two pixels.', '100 个里约 {answer} 个：池化只容得下一两个像素。'],
  },
  more: [
    { text: ['Draw, drag and rotate a digit', '自己写，再拖动、旋转'], to: 'network' },
    { text: ['Convolution of a signal, in one dimension', '一维信号上的卷积'], to: 'volume', query: 'signal=step&w=-1,1&padding=valid&row=7' },
  ],
};
