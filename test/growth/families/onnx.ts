import { PbfWriter } from 'pbf';
import { floats, type Numbers, type TestNode, wholes, writeModel } from '../../cnn/import/onnx-writer.js';
import { type Family, family } from '../family.js';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

interface Model {
  readonly nodes: readonly TestNode[];
  readonly initializers?: Readonly<Record<string, Numbers>>;
  readonly output?: string;
}

const model = ({ nodes, initializers, output = 'y' }: Model, shape: readonly number[] = [1, 2]) =>
  Buffer.from(writeModel({ opset: 13, nodes, inputs: { x: shape }, initializers, outputs: [output] }));
const relu: TestNode = ['Relu', ['x'], ['y']];
const chain = (n: number, node: (from: string, to: string, i: number) => TestNode) =>
  times(n, (i) => node(i === 0 ? 'x' : `t${i - 1}`, i === n - 1 ? 'y' : `t${i}`, i));

/** Initializers whose numbers all stand at the same place of one file. */
function sharing(count: number, floats: number): { file: Buffer; beside: Buffer } {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    7,
    (_none, graph) => {
      for (let i = 0; i < count; i++) {
        graph.writeMessage(
          1,
          (_no, node) => {
            node.writeStringField(1, i === 0 ? 'x' : `t${i - 1}`);
            node.writeStringField(1, `w${i}`);
            node.writeStringField(2, i === count - 1 ? 'y' : `t${i}`);
            node.writeStringField(4, 'Add');
          },
          null,
        );
        graph.writeMessage(
          5,
          (_no, tensor) => {
            tensor.writeVarintField(1, floats);
            tensor.writeVarintField(2, 1);
            tensor.writeStringField(8, `w${i}`);
            tensor.writeMessage(
              13,
              (_n, entry) => {
                entry.writeStringField(1, 'location');
                entry.writeStringField(2, 'beside');
              },
              null,
            );
            tensor.writeVarintField(14, 1);
          },
          null,
        );
      }
      graph.writeMessage(11, (_no, value) => value.writeStringField(1, 'x'), null);
      graph.writeMessage(12, (_no, value) => value.writeStringField(1, 'y'), null);
    },
    null,
  );
  pbf.writeMessage(8, (_no, set) => set.writeVarintField(2, 13), null);
  return { file: Buffer.from(pbf.finish()), beside: Buffer.alloc(4 * floats) };
}

/** Messages in each other, of the field that a graph stands in. */
function nested(depth: number): Buffer {
  let inner = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) {
    const pbf = new PbfWriter();
    pbf.writeBytesField(7, inner);
    inner = Buffer.from(pbf.finish());
  }
  return inner;
}

const constants = (n: number, nodes: readonly TestNode[], initializers: Readonly<Record<string, Numbers>>) =>
  model({ nodes: [...nodes, ['Size', [`c${n - 1}`], ['size']], ['Cast', ['size'], ['number'], { to: 1 }], ['Mul', ['x', 'number'], ['y']]], initializers });

export const ONNX: readonly Family[] = [
  family('onnx', 'ONNX: nodes', 500, (n) => model({ nodes: chain(n, (from, to) => ['Relu', [from], [to]]) })),
  family('onnx', 'ONNX: nodes that nothing uses', 5000, (n) => model({ nodes: [...times(n, (i): TestNode => ['Relu', ['x'], [`u${i}`]]), relu] })),
  family('onnx', 'ONNX: initializers', 2000, (n) => model({ nodes: [relu], initializers: Object.fromEntries(times(n, (i) => [`w${i}`, floats([1], [1])])) })),
  family('onnx', 'ONNX: initializers that are used', 300, (n) =>
    model({
      nodes: chain(n, (from, to, i) => ['Add', [from, `w${i}`], [to]]),
      initializers: Object.fromEntries(times(n, (i) => [`w${i}`, floats([2], [1, 1])])),
    }),
  ),
  family('onnx', 'ONNX: numbers in a list', 50_000, (n) =>
    Buffer.from(
      writeModel({
        opset: 13,
        nodes: [['Add', ['x', 'w'], ['y']]],
        inputs: { x: [1, 2] },
        initializers: { w: { shape: [n], data: times(n, (i) => i), whole: true } },
        outputs: ['y'],
        lists: true,
      }),
    ),
  ),
  family('onnx', 'ONNX: initializers × numbers beside that they share', 60, (n) => sharing(n, 300 * n)),
  family('onnx', 'ONNX: axes of an initializer', 20_000, (n) =>
    model({
      nodes: [['Add', ['x', 'w'], ['y']]],
      initializers: {
        w: floats(
          times(n, () => 1),
          [1],
        ),
      },
    }),
  ),
  family('onnx', 'ONNX: axes of an input', 5000, (n) =>
    model(
      { nodes: [relu] },
      times(n, () => 1),
    ),
  ),
  family('onnx', 'ONNX: axes that a node adds', 3000, (n) =>
    model({ nodes: [['Unsqueeze', ['x', 'axes'], ['y']]], initializers: { axes: { shape: [n], data: times(n, (i) => i), whole: true } } }),
  ),
  family('onnx', 'ONNX: axes that a node reshapes to', 3000, (n) =>
    model({
      nodes: [
        ['Reshape', ['x', 'sizes'], ['z']],
        ['Relu', ['z'], ['y']],
      ],
      initializers: { sizes: { shape: [n + 1], data: [...times(n, () => 1), 2], whole: true } },
    }),
  ),
  family(
    'onnx',
    'ONNX: channels that a node joins, by their square',
    100,
    (n) => model({ nodes: [['Concat', times(n, () => 'x'), ['y'], { axis: 1 }]] }),
    (n) => n * n,
  ),
  family(
    'onnx',
    'ONNX: channels that double',
    4,
    (n) => model({ nodes: chain(n, (from, to) => ['Concat', [from, from], [to], { axis: 1 }]) }),
    (n) => 4 ** Math.min(n, 14),
  ),
  family('onnx', 'ONNX: outputs that nobody computes', 1000, (n) => model({ nodes: chain(n, (from, to) => ['Dropout', [from], [to, `${to}mask`]]) })),
  family('onnx', 'ONNX: outputs of a node', 5000, (n) => model({ nodes: [['Relu', ['x'], ['y', ...times(n, (i) => `m${i}`)]]] })),
  family('onnx', 'ONNX: attributes', 10_000, (n) => model({ nodes: [['Relu', ['x'], ['y'], Object.fromEntries(times(n, (i) => [`a${i}`, i]))]] })),
  family('onnx', 'ONNX: numbers of an attribute', 50_000, (n) => model({ nodes: [['Relu', ['x'], ['y'], { list: times(n, (i) => i) }]] })),
  family('onnx', 'ONNX: letters of a name', 100_000, (n) =>
    model({
      nodes: [
        ['Relu', ['x'], ['a/'.repeat(n / 2)]],
        ['Relu', ['a/'.repeat(n / 2)], ['y']],
      ],
    }),
  ),
  family('onnx', 'ONNX: parts of the name of a weight', 2000, (n) =>
    model({ nodes: [['Add', ['x', 'a.'.repeat(n)], ['y']]], initializers: { ['a.'.repeat(n)]: floats([2], [1, 2]) } }),
  ),
  family('onnx', 'ONNX: messages in each other', 60, (n) => nested(n)),
  family(
    'onnx',
    'ONNX: constants of 2¹⁸ numbers, 16 together at the most',
    2,
    (n) =>
      constants(1, [...times(n, (i): TestNode => ['ConstantOfShape', ['shape'], [`p${i}`]]), ['Concat', times(n, (i) => `p${i}`), ['c0'], { axis: 0 }]], {
        shape: wholes(2 ** 18),
      }),
    (n) => n,
  ),
  family(
    'onnx',
    'ONNX: constants that each node makes anew',
    2,
    (n) =>
      constants(n, [['ConstantOfShape', ['shape'], ['c']], ...times(n, (i): TestNode => ['Concat', [i === 0 ? 'c' : `c${i - 1}`], [`c${i}`], { axis: 0 }])], {
        shape: wholes(2 ** 18),
      }),
    (n) => n,
  ),
  family(
    'onnx',
    'ONNX: constants that double',
    3,
    (n) =>
      constants(
        n,
        times(n, (i): TestNode => ['Concat', [i === 0 ? 'c' : `c${i - 1}`, i === 0 ? 'c' : `c${i - 1}`], [`c${i}`], { axis: 0 }]),
        { c: wholes(1, 2, 3) },
      ),
    (n) => 2 ** Math.min(n, 22),
  ),
];
