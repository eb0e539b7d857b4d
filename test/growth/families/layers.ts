import { type Family, family } from '../family.js';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

const relu = (name: string) => ({ class_name: 'Activation', config: { name, activation: 'relu' } });
const input = { class_name: 'InputLayer', name: 'in', config: { name: 'in', batch_input_shape: [null, 2] }, inbound_nodes: [] };
const called = (layer: { config: { name: string } }, ...from: string[][]) => ({
  ...layer,
  name: layer.config.name,
  inbound_nodes: from.map((names) => names.map((name) => [name, 0, 0, {}])),
});

function sequence(layers: readonly unknown[], weights: readonly unknown[] = []): string {
  return JSON.stringify({ modelTopology: { class_name: 'Sequential', config: { name: 's', layers } }, weightsManifest: [{ paths: ['w'], weights }] });
}

function graph(layers: readonly unknown[], output: string, inputs = ['in'], call = 0): string {
  const config = { name: 'g', layers, input_layers: inputs.map((name) => [name, 0, 0]), output_layers: [[output, call, 0]] };
  return JSON.stringify({ modelTopology: { class_name: 'Model', config }, weightsManifest: [] });
}

const first = { ...relu('r'), config: { ...relu('r').config, batch_input_shape: [null, 2] } };
const map = { class_name: 'Activation', config: { name: 'r', activation: 'relu', batch_input_shape: [null, 3, 3, 2] } };

/** Models in each other, each of which calls the one inside twice. */
function twice(depth: number): string {
  const inside = (level: number): object => {
    const inner = level === 0 ? relu('deep') : inside(level - 1);
    const config = inner as { config: { name: string } };
    const name = config.config.name;
    const layers = [input, called(config, ['in']), { ...called(relu(`end${level}`), [name]) }];
    layers[1] = { ...called(config, ['in'], [name]) };
    return { class_name: 'Model', config: { name: `level${level}`, layers, input_layers: [['in', 0, 0]], output_layers: [[`end${level}`, 0, 0]] } };
  };
  return JSON.stringify({ modelTopology: inside(depth), weightsManifest: [] });
}

const chain = (n: number) => times(n, (i) => called(relu(`a${i}`), [i === 0 ? 'in' : `a${i - 1}`]));

export const LAYERS: readonly Family[] = [
  family('layers', 'layers model: layers', 400, (n) => sequence([first, ...times(n, (i) => relu(`a${i}`))])),
  family('layers', 'layers model: more layers than are read', 3000, (n) => sequence([first, ...times(n, (i) => relu(`a${i}`))])),
  family('layers', 'layers model: layers of a graph', 400, (n) => graph([input, ...chain(n)], `a${n - 1}`)),
  family('layers', 'layers model: layers of a graph, the last first', 400, (n) => graph([...chain(n).reverse(), input], `a${n - 1}`)),
  family('layers', 'layers model: calls of a layer', 2000, (n) =>
    graph([input, { ...relu('a'), name: 'a', inbound_nodes: times(n, (i) => [[i === 0 ? 'in' : 'a', Math.max(0, i - 1), 0, {}]]) }], 'a', ['in'], n - 1),
  ),
  family('layers', 'layers model: calls of a layer, the last first', 400, (n) =>
    graph([{ ...relu('a'), name: 'a', inbound_nodes: times(n, (i) => [[i === n - 1 ? 'in' : 'a', i === n - 1 ? 0 : i + 1, 0, {}]]) }, input], 'a'),
  ),
  family('layers', 'layers model: inputs', 500, (n) =>
    graph(
      [
        ...times(n, (i) => ({ ...input, name: `in${i}`, config: { ...input.config, name: `in${i}` } })),
        called(
          { class_name: 'Add', config: { name: 'sum' } } as never,
          times(n, (i) => `in${i}`),
        ),
      ],
      'sum',
      times(n, (i) => `in${i}`),
    ),
  ),
  family('layers', 'layers model: models in each other', 10, (n) => twice(n)),
  family('layers', 'layers model: flattened again and again', 200, (n) =>
    sequence([map, ...times(n, (i) => ({ class_name: 'Flatten', config: { name: `f${i}` } }))]),
  ),
  family('layers', 'layers model: weights', 2000, (n) =>
    sequence(
      [first],
      times(n, (i) => ({ name: `d${i}/kernel`, shape: [1], dtype: 'float32' })),
    ),
  ),
  family('layers', 'layers model: axes of a weight', 20_000, (n) => sequence([first], [{ name: 'd/kernel', shape: times(n, () => 1), dtype: 'float32' }])),
];
