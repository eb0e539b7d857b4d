import { reshape, type Tensor } from 'convlab';
import { bundledDigits } from '../../digits/data.js';
import { digitsUrl, LECTURE_WEIGHTS } from '../../digits/weights.js';
import { run } from '../../engine/engine.js';
import { percent, short } from '../../parts/numbers.js';
import { TensorCanvas } from '../../parts/tensor-canvas.js';
import type { Chapter } from '../chapter.js';
import { Cells } from '../parts/cells.js';
import { digitAt, testDigit } from '../parts/digits.js';
import { Ready, useEngine } from '../parts/engine.js';
import { rowsOf, tensorOf } from '../parts/rows.js';
import { say } from '../say.js';

/** The lecture's batch. */
const BATCH = 64;
/** Training digits of MNIST. */
const ALL = 60_000;

const set = () => bundledDigits(digitsUrl('train'));

function First() {
  const made = useEngine(async () => {
    const digits = await set();
    return { digit: digitAt(digits, 0), label: digits.labels[0], length: digits.length };
  }, []);
  return (
    <Ready of={made}>
      {({ digit, label, length }) => (
        <div class="lec-reading">
          <TensorCanvas
            tensor={digit}
            palette="ink"
            range={[0, 1]}
            label={say(['the first training digit, a {label}', '第一个训练数字，写的是 {label}'], { label })}
          />
          <dl class="lec-facts">
            <dt class="mono">train_dataset[0]</dt>
            <dd>
              [{digit.shape.slice(1).join(' × ')}], <strong>{label}</strong>
            </dd>
            <dt class="mono">len(train_dataset)</dt>
            <dd>
              {say(['{all} in MNIST; {n} of them come with this page', 'MNIST 有 {all} 个；本页附带其中 {n} 个'], {
                all: ALL.toLocaleString('en-US'),
                n: length.toLocaleString('en-US'),
              })}
            </dd>
          </dl>
        </div>
      )}
    </Ready>
  );
}

function FirstBatch() {
  const made = useEngine(async () => {
    const digits = await set();
    const side = Math.sqrt(BATCH);
    const sheet = new Float32Array(BATCH * 784);
    for (let i = 0; i < BATCH; i++) {
      const { data } = digitAt(digits, i);
      for (let y = 0; y < 28; y++) sheet.set(data.subarray(y * 28, y * 28 + 28), ((Math.floor(i / side) * 28 + y) * side + (i % side)) * 28);
    }
    return { sheet: { shape: [side * 28, side * 28], data: sheet }, batches: (await run('batches', digits.length, BATCH)).value, length: digits.length };
  }, []);
  return (
    <Ready of={made}>
      {({ sheet, batches, length }) => (
        <div class="lec-reading">
          <TensorCanvas tensor={sheet} palette="ink" range={[0, 1]} label={say(['a batch of {n} digits', '一批 {n} 个数字'], { n: BATCH })} />
          <dl class="lec-facts">
            <dt class="mono">for (x, y) in train_loader</dt>
            <dd>
              x: [{BATCH} × 1 × 28 × 28], y: [{BATCH}]
            </dd>
            <dt class="mono">len(train_loader)</dt>
            <dd>
              <strong>{batches}</strong>{' '}
              {say(
                [
                  'batches, from the {n} digits here. The slide says 60000, which is the number of digits; the loader counts batches.',
                  '批（本页 {n} 个数字）。幻灯片写的是 60000：那是数字的个数，加载器数的是批。',
                ],
                {
                  n: length.toLocaleString('en-US'),
                },
              )}
            </dd>
          </dl>
        </div>
      )}
    </Ready>
  );
}

function Net() {
  const made = useEngine(async () => (await run('lectureNet')).value, []);
  return (
    <Ready of={made}>
      {({ lines, parameters }) => (
        <table class="lec-table">
          <caption>ConvNet</caption>
          <thead>
            <tr>
              <th scope="col">{say(['layer', '层'])}</th>
              <th scope="col">{say(['operation', '运算'])}</th>
              <th scope="col">{say(['output', '输出'])}</th>
              <th scope="col">{say(['weights', '参数'])}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ layer, operation, outputShape, parameters: own }, i) => (
              <tr key={`${layer}${i}`}>
                <th scope="row" class="mono">
                  {layer || '–'}
                </th>
                <td class="mono">{operation}</td>
                <td>{outputShape.slice(1).join(' × ')}</td>
                <td>{own > 0 ? own.toLocaleString('en-US') : ''}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                {say(['all', '合计'])}
              </th>
              <td>
                <strong>{parameters.toLocaleString('en-US')}</strong>
              </td>
            </tr>
          </tfoot>
        </table>
      )}
    </Ready>
  );
}

const FOUR = [0, 4, 8, 12].map((first) => [0, 1, 2, 3].map((i) => first + i));

function View() {
  const x = tensorOf(FOUR);
  const y = reshape(x, [16]);
  const z = reshape(y, [-1, 8]);
  return (
    <div class="lec-walk lec-views" style={{ '--all': 16 }}>
      <Cells id="x" name={`x.size() = [${FOUR.length}, ${FOUR[0].length}]`} rows={FOUR} />
      <Cells id="y" name={`y = x.view(16) → [${y.shape}]`} rows={[Array.from(y.data)]} />
      <Cells id="z" name={`z = y.view(-1, 8) → [${z.shape.join(', ')}]`} rows={rowsOf(z)} />
    </div>
  );
}

function Scores() {
  const made = useEngine(async () => {
    const { features, probabilities } = (await run('lookInside', LECTURE_WEIGHTS, await testDigit(0))).value;
    const scores = features.get('fc2') as Tensor;
    return { scores, relu: (await run('relu', scores)).value, logs: features.get('logSoftmax') as Tensor, probabilities };
  }, []);
  return (
    <Ready of={made}>
      {({ scores, relu, logs, probabilities }) => (
        <table class="lec-table lec-scores">
          <caption>{say(['the last layer, for one test digit', '最后一层，以一个测试数字为例'])}</caption>
          <thead>
            <tr>
              <th scope="col">{say(['class', '类别'])}</th>
              <th scope="col">fc2</th>
              <th scope="col">relu</th>
              <th scope="col">log_softmax</th>
              <th scope="col">{say(['probability', '概率'])}</th>
            </tr>
          </thead>
          <tbody>
            {Array.from(probabilities, (share, i) => (
              <tr key={i} data-now={share === Math.max(...probabilities)}>
                <th scope="row">{i}</th>
                <td>{short(scores.data[i], 3)}</td>
                <td>{short(relu.data[i], 3)}</td>
                <td>{short(logs.data[i], 3)}</td>
                <td>{percent(share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Ready>
  );
}

const PANELS = [First, FirstBatch, Net, View, Scores] as const;

export const mnist: Chapter = {
  title: ['MNIST, and the network in code', 'MNIST 与网络的代码'],
  steps: [
    ['The data set is like an array: an index returns a picture, as a tensor, and its label.', '数据集像一个数组：按下标取出一幅图像（张量）和它的标签。'],
    ['The loader is like a loop: it returns the digits in batches.', '加载器像一个循环：一批一批地取数据。'],
    [
      'An nn.Module consists of layers and a forward function. Each row here is one step of forward.',
      'nn.Module 就是各层加一个 forward。下表每一行是 forward 里的一步。',
    ],
    ['view gives the same numbers a new shape; a size of −1 is inferred.', 'view 把同样的数换个形状；写 −1 的那一维会自动推断。'],
    [
      'relu replaces negative values with 0. log_softmax turns ten scores into logarithms of probabilities.',
      'relu 把负数变成 0。log_softmax 把十个得分变成概率的对数。',
    ],
  ],
  Panel: ({ step }) => {
    const Shown = PANELS[step - 1];
    return <Shown />;
  },
  question: {
    kind: 'number',
    ask: ['How many batches of 64 are needed for 60000 digits?', '60000 个数字，每批 64 个，一共多少批？'],
    answer: async () => (await run('batches', ALL, BATCH)).value,
    why: ['{answer}: the last batch is not full.', '{answer} 批，最后一批不满。'],
  },
  more: [
    { text: ['Choose your own layers', '自己搭网络层'], to: 'train' },
    { text: ['Every number of every layer', '查看每一层的每个数'], to: 'network', query: 'layer=fc2' },
  ],
};
