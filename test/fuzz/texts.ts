import fc from 'fast-check';
import { MODULE_FORMATS } from '../../src/cnn/exchange/module-formats.js';
import { catalogue, PADDING_MODES } from '../../src/index.js';
import { mutated } from './mutation.js';

/** Keys that a careless reader writes into an object's prototype. */
const POISON = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'length'];

const number = fc.oneof(
  { weight: 200, arbitrary: fc.integer({ min: -3, max: 9 }) },
  { weight: 20, arbitrary: fc.constantFrom(0.1, 0.5, -0, 255) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(4096, 65536, 1e9, 2 ** 31, 2 ** 53, 1e300) },
);
const numeral = fc.oneof(
  { weight: 100, arbitrary: number.map(String) },
  { weight: 1, arbitrary: fc.constantFrom('NaN', '-', '+', '.', 'Infinity', '0x10', '1e', '1e999', '', '٣', '1_000') },
);
const word = fc.oneof(fc.constantFrom(...POISON, ...Object.keys(catalogue)), fc.string({ maxLength: 12 }));
const anything = fc.oneof(
  number,
  fc.boolean(),
  fc.constant(null),
  word,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(JSON.parse('{"__proto__":{"polluted":true}}')),
);

/** A list of that length, nine times out of ten. */
const listOf = <T>(value: fc.Arbitrary<T>, length: number) =>
  fc.oneof({ weight: 9, arbitrary: fc.array(value, { minLength: length, maxLength: length }) }, { weight: 1, arbitrary: fc.array(value, { maxLength: 9 }) });

const side = fc.integer({ min: 1, max: 5 });
/** Rows, most of them equally long. */
const rowsOf = <T>(value: fc.Arbitrary<T>, height = side, width = side) =>
  fc
    .tuple(height, width, fc.nat(9))
    .chain(([h, w, ragged]) => fc.array(ragged === 0 ? listOf(value, w) : fc.array(value, { minLength: w, maxLength: w }), { minLength: h, maxLength: h }));
const rows = rowsOf(number);

/** An object that has the keys it needs and some others, with values that may do, and now and then one that it must not have. */
function object(values: Readonly<Record<string, fc.Arbitrary<unknown>>>, needs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}): fc.Arbitrary<string> {
  const known = ([key, arbitrary]: readonly [string, fc.Arbitrary<unknown>]) =>
    fc.tuple(fc.constant(key), fc.oneof({ weight: 30, arbitrary }, { weight: 1, arbitrary: anything }));
  const more = fc.oneof({ weight: 30, arbitrary: fc.oneof(...Object.entries(values).map(known)) }, { weight: 1, arbitrary: fc.tuple(word, anything) });
  // put together as text: an object could not hold "__proto__", nor one key twice
  return fc
    .tuple(fc.tuple(...Object.entries(needs).map(known)), fc.array(more, { maxLength: 2 }))
    .map(([needed, others]) => `{${[...needed, ...others].map(([key, value]) => `${JSON.stringify(key)}:${json(value)}`).join(',')}}`);
}

/** A value that {@link json} takes as it stands. */
const raw = (text: fc.Arbitrary<string>) => text.map((each) => ({ toJSON: () => each, raw: each }));

function json(value: unknown): string {
  if (value !== null && typeof value === 'object' && 'raw' in value) return value.raw as string;
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  return JSON.stringify(value) ?? 'null';
}

const axis = fc.oneof(fc.nat(4), fc.constantFrom('same', 'valid', 'full'), fc.tuple(fc.nat(3), fc.nat(3)));
const count = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) }, { weight: 1, arbitrary: number });
const perAxis = (value: fc.Arbitrary<unknown>) => fc.oneof(value, fc.tuple(value, value));
const steps = {
  padding: perAxis(axis),
  paddingMode: fc.constantFrom(...PADDING_MODES),
  paddingValue: number,
  stride: perAxis(count),
  dilation: perAxis(count),
  anchor: perAxis(fc.nat(3)),
  flip: fc.boolean(),
  scale: fc.oneof(number, fc.constant('sum')),
  bias: number,
  algorithm: fc.constantFrom('auto', 'direct', 'sparse', 'separable', 'runningSum', 'fft'),
};

/** Text that is damaged as files are. */
const damaged = (text: fc.Arbitrary<string>, share: number) =>
  fc.oneof(
    { weight: 100 - share, arbitrary: text },
    { weight: share, arbitrary: text.chain((each) => mutated([Buffer.from(each)]).map((bytes) => bytes.toString('utf8'))) },
  );

const svg = fc
  .tuple(
    fc.tuple(side, side).chain(([w, h]) => listOf(numeral, w * h).map((cells) => `order="${w} ${h}" kernelMatrix="${cells.join(' ')}"`)),
    fc.array(
      fc.oneof(
        fc.tuple(fc.constantFrom('order', 'kernelMatrix', 'divisor', 'bias', 'targetX', 'targetY'), numeral),
        fc.tuple(fc.constantFrom('edgeMode', 'color-interpolation-filters'), fc.oneof(fc.constantFrom('duplicate', 'wrap', 'none', 'sRGB'), word)),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([kernel, attributes]) => `<feConvolveMatrix ${kernel} ${attributes.map(([name, value]) => `${name}="${value}"`).join(' ')}/>`);
const separators = fc.tuple(fc.constantFrom(' ', ',', ', ', '\t'), fc.constantFrom(';', '\n', '\r\n'));
const written = (cells: readonly (readonly string[])[], [cell, row]: readonly [string, string]) => cells.map((each) => each.join(cell)).join(row);
const grid = fc.tuple(rowsOf(numeral), separators).map(([cells, between]) => written(cells, between));
const imagemagick = fc
  .tuple(side, side, fc.constantFrom('', '', '', '+0+0', '-1+9', '+1+1', '@', '<>'))
  .chain(([w, h, origin]) => listOf(numeral, w * h).map((cells) => `${w}x${h}${origin}: ${cells.join(',')}`));
const custom = fc
  .tuple(rowsOf(numeral, fc.constant(5), fc.constant(5)), separators, numeral, numeral)
  .map(([cells, between, divisor, offset]) => `${written(cells, between)}\ndivisor ${divisor}\noffset ${offset}`);
// what backtracking patterns and recursion do not survive
const monstrous = fc
  .tuple(
    fc.constantFrom('[', '{"a":', ' ', ',', '<!--', '<feConvolveMatrix ', '1 ', '- ', '"', "='", ';'),
    fc.constantFrom(100, 10_000, 100_000),
    fc.constantFrom('', '1', '<', '{', '0 1', '1\ndivisor'),
  )
  .map(([part, times, head]) => `${head}${part.repeat(times)}a\u2028b`);

/** Kernels as people and programs write them, right and wrong. */
export const kernelTexts = fc.oneof(
  {
    weight: 20,
    arbitrary: damaged(fc.oneof(rows.map(json), object({ ...steps, linear: fc.boolean() }, { kernel: rows }), svg, grid, imagemagick, custom), 30),
  },
  { weight: 1, arbitrary: monstrous },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
);

const parameters = fc.oneof(fc.array(number, { maxLength: 4 }), raw(object({ n: number, sigma: number, angle: number, size: number })));
const named = fc.constantFrom(...Object.keys(catalogue).filter((name) => 'make' in catalogue[name]));
const step = fc.oneof(
  raw(object(steps, { kernel: fc.oneof(rows, named, fc.array(rowsOf(number, fc.constant(3), fc.constant(3)), { minLength: 3, maxLength: 3 })) })),
  raw(object({ ...steps, parameters }, { kernel: fc.oneof({ weight: 9, arbitrary: named }, { weight: 1, arbitrary: word }) })),
);
const around = raw(
  object({
    channels: fc.oneof(fc.constantFrom('color', 'all', 'luminance', 'rb'), fc.array(fc.nat(5), { maxLength: 4 })),
    alpha: fc.constantFrom('premultiply', 'ignore', 'filter'),
    linear: fc.boolean(),
    output: fc.constantFrom('clamp', 'signed', 'abs', 'normalize', 'float'),
    borders: fc.constantFrom('exact', 'approximate'),
  }),
);

/** Saved pipelines. */
export const pipelineTexts = fc.oneof(
  {
    weight: 12,
    arbitrary: damaged(
      fc
        .tuple(fc.array(step, { minLength: 1, maxLength: 3 }), around)
        .map(([each, options]) => `{"version":1,"steps":${json(each)},"options":${json(options)}}`),
      20,
    ),
  },
  { weight: 4, arbitrary: object({ options: around }, { version: fc.constant(1), steps: fc.array(step, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: monstrous },
);

const few = fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: anything });
const settings = raw(object({ stride: few, padding: axis, dilation: few, bias: fc.boolean(), groups: number, affine: fc.boolean(), eps: number, size: few }));
const layer = fc.oneof(
  fc.tuple(fc.constantFrom('Conv1d', 'Conv2d', 'Conv3d', 'ConvTranspose2d'), fc.tuple(few, few, few, settings)),
  fc.tuple(fc.constantFrom('Linear', 'Reshape'), fc.array(few, { minLength: 2, maxLength: 2 })),
  fc.tuple(
    fc.constantFrom('MaxPool1d', 'MaxPool2d', 'AvgPool3d', 'BatchNorm1d', 'BatchNorm2d', 'BlurPool', 'AdaptiveAvgPool'),
    fc.oneof(fc.tuple(few), fc.tuple(few, settings)),
  ),
  fc.tuple(fc.constantFrom('ReLU', 'GELU', 'Flatten', 'Softmax', 'Dropout', 'ConvNet', 'LeakyReLU'), fc.array(number, { maxLength: 1 })),
  fc.tuple(fc.constantFrom(...Object.keys(MODULE_FORMATS)), fc.array(anything, { maxLength: 4 })),
);
const { module } = fc.letrec<{ module: object }>((tie) => ({
  module: fc.oneof(
    { maxDepth: 4 },
    { weight: 8, arbitrary: layer.map(([type, args]) => ({ raw: `{"type":"${type}","arguments":${json(args)}}` })) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom('Sequential', 'Parallel', 'Residual'), fc.array(tie('module'), { minLength: 1, maxLength: 3 }))
        .map(([type, inner]) => ({ raw: `{"type":"${type}","arguments":${type === 'Residual' ? json(inner.slice(0, 2)) : json([inner])}}` })),
    },
    { weight: 1, arbitrary: fc.nat(5).map((shared) => ({ raw: `{"shared":${shared}}` })) },
    { weight: 1, arbitrary: fc.tuple(word, anything).map(([type, value]) => ({ raw: `{"type":${json(type)},"arguments":${json([value])}}` })) },
  ),
}));
/** Each level holds the one below twice: a few bytes that stand for 2ⁿ modules. */
const doubling = fc.integer({ min: 2, max: 48 }).map((levels) => {
  let inner = '{"type":"ReLU"}';
  for (let level = 0; level < levels; level++) inner = `{"type":"Sequential","arguments":[[${inner},{"shared":${level}}]]}`;
  return inner;
});

/** Architectures of networks. */
export const architectures = fc.oneof(
  { weight: 12, arbitrary: damaged(module.map(json), 20) },
  { weight: 1, arbitrary: doubling },
  { weight: 1, arbitrary: monstrous },
);
