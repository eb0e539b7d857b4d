import { expect, expectTypeOf, test } from 'vitest';
import { OptionError } from '../src/errors.js';
import {
  between,
  check,
  checkedInUse,
  checkOptions,
  closest,
  count,
  either,
  finite,
  flag,
  list,
  notNegative,
  type OptionRule,
  type OptionsOf,
  oneOf,
  parseNumber,
  pickOptions,
  pickRows,
  positive,
  type Rows,
  settle,
  text,
  whole,
} from '../src/options.js';

const ROWS = {
  stride: { ...count, default: 1 },
  output: { ...oneOf(['clamp', 'normalize']), default: 'clamp' },
  linear: flag,
  size: { ...count, required: true },
} satisfies Rows;

const run = (options: unknown) => checkOptions('filter', options, ROWS);

test('options that obey their rules pass; undefined is left out', () => {
  run({ size: 3 });
  run({ stride: 2, output: 'normalize', linear: true, size: 1 });
  run({ stride: undefined, size: 1 });
});

test.each<readonly [string, unknown, string]>([
  ['no object', 5, 'filter: options must be an object, received 5'],
  ['null', null, 'filter: options must be an object, received null'],
  ['a signal by itself', new AbortController().signal, 'filter: options must be a plain object, like { name: value }, received AbortSignal'],
  ['a list of pairs', new Map([['stride', 2]]), 'filter: options must be a plain object, like { name: value }, received Map'],
  ['a promise', Promise.resolve({ stride: 2 }), 'filter: options must be a plain object, like { name: value }, received Promise'],
  ['options that are inherited', Object.create({ stride: 2 }), 'filter: options must be a plain object, like { name: value }, received {}'],
  ['a value that breaks its rule', { size: 0 }, 'filter: size must be an integer ≥ 1, received 0'],
  ['a missing option', { stride: 1 }, 'filter: size must be an integer ≥ 1, received undefined'],
  ['an unknown option', { gamma: 2 }, 'filter: gamma is not an option; the options are stride, output, linear, size, received 2'],
  [
    'a misspelt option',
    { outptu: 'clamp' },
    'filter: outptu is not an option; did you mean output? The options are stride, output, linear, size, received "clamp"',
  ],
  ['a British value', { output: 'normalise' }, 'filter: output must be one of clamp, normalize, received "normalise"; did you mean normalize?'],
  ['an unknown value', { output: 'jpeg' }, 'filter: output must be one of clamp, normalize, received "jpeg"'],
  ['a property of every object', { constructor: 1 }, 'filter: constructor is not an option; the options are stride, output, linear, size, received 1'],
  ['__proto__', JSON.parse('{ "__proto__": 1 }'), 'filter: __proto__ is not an option; the options are stride, output, linear, size, received 1'],
])('%s', (_, options, message) => {
  const error = catchError(() => run(options));
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toBe(message);
});

test('settle fills in the defaults and changes nothing that was handed in', () => {
  const options = { size: 2, stride: undefined };
  expect(settle('filter', options, ROWS)).toEqual({ size: 2, stride: 1, output: 'clamp' });
  expect(options).toEqual({ size: 2, stride: undefined });
  expect(() => settle('filter', { size: -1 }, ROWS)).toThrow('filter: size must be');
});

test('the options of one table are picked from those of several', () => {
  expect(pickOptions({ stride: 2, linear: undefined, region: 1, constructor: 3 }, ROWS)).toEqual({ stride: 2 });
});

test('the types follow from the rows', () => {
  expectTypeOf<OptionsOf<typeof ROWS>>().branded.toEqualTypeOf<{ stride?: number; output?: 'clamp' | 'normalize'; linear?: boolean; size: number }>();
  const { stride, output, linear } = settle('filter', { size: 1 }, ROWS);
  expectTypeOf(stride).toEqualTypeOf<number>();
  expectTypeOf(output).toEqualTypeOf<'clamp' | 'normalize'>();
  expectTypeOf(linear).toEqualTypeOf<boolean | undefined>();
  expect(Object.keys(pickRows(ROWS, 'linear', 'size'))).toEqual(['linear', 'size']);
});

test.each<readonly [OptionRule, string, readonly unknown[], readonly unknown[]]>([
  [count, 'an integer ≥ 1', [1, 7], [0, 1.5, Number.NaN, '1', 2 ** 60, undefined]],
  [whole(0), 'an integer ≥ 0', [0], [-1]],
  [whole(1, 64), 'an integer from 1 to 64', [1, 64], [0, 65, 1.5]],
  [between(0, 1), 'a number from 0 to 1', [0, 0.5, 1], [-0.1, 1.1, Number.NaN, '0', null]],
  [finite, 'a finite number', [-3.5], [Number.POSITIVE_INFINITY, Number.NaN, '3']],
  [positive, 'a finite number > 0', [0.1], [0, -1, Number.POSITIVE_INFINITY]],
  [notNegative, 'a finite number ≥ 0', [0, 2], [-1, Number.NaN]],
  [flag, 'true or false', [true, false], [0, 'true', null]],
  [text, 'a string', [''], [1]],
  [oneOf(['a', 'b']), 'one of a, b', ['a'], ['c', 1, ['a']]],
  [list(count), 'a list, each an integer ≥ 1', [[1], [1, 2]], [[], [0], 1]],
  [list(count, 2, 3), 'a list of 2 to 3, each an integer ≥ 1', [[1, 2]], [[1], [1, 2, 3, 4]]],
  [either(count, list(flag)), 'an integer ≥ 1, or a list, each true or false', [1, [true]], [0, [1]]],
  [checkedInUse('a picture'), 'a picture', [1, null], []],
])('$1', (rule, says, good, bad) => {
  expect(rule.says).toBe(says);
  for (const value of good) expect([value, rule.holds(value)]).toEqual([value, true]);
  for (const value of bad) {
    expect([value, rule.holds(value)]).toEqual([value, false]);
    expect(() => check('op', 'name', value, rule)).toThrow(`op: name must be ${says}, received `);
  }
});

test.each<readonly [string, number | undefined]>([
  ['-1.5', -1.5],
  ['1e3', 1000],
  [' 2 ', 2],
  ['', undefined],
  [' ', undefined],
  ['2px', undefined],
  ['Infinity', undefined],
])('the text %j is read as %s', (typed, value) => {
  expect(parseNumber(typed)).toBe(value);
});

test.each<readonly [string, string | undefined]>([
  ['colour', 'color'],
  ['grey', 'gray'],
  ['initialise', 'initialize'],
  ['initial', undefined],
  ['lz', 'lr'],
  ['l', undefined],
  ['', undefined],
])('%j probably means %s', (word, meant) => {
  expect(closest(word, ['color', 'gray', 'initialize', 'lr'])).toBe(meant);
});

function catchError(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
