// A signal, its kernel, and the matrix of the convolution.
import { computed } from '@preact/signals';
import { Random, type Tensor, tensor } from 'convlab';
import { run } from '../engine/engine.js';
import { flag, list, number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';

/** Values of the signal. */
export const LENGTH = 24;
export const MOST_WEIGHTS = 9;
/** The padding modes for which the convolution is a matrix: a constant would be an additional term. */
export const LINEAR_MODES = ['zero', 'replicate', 'reflect', 'symmetric', 'wrap'] as const;

const indices = Array.from({ length: LENGTH }, (_, i) => i);
const round = (value: number) => Math.round(100 * value) / 100;
const random = new Random(4);
const noise = indices.map(() => random.normal());

export const SIGNALS = {
  step: indices.map((i) => (i < 8 ? 0.2 : i < 17 ? 0.9 : 0.4)),
  pulse: indices.map((i) => (i === 11 ? 1 : 0)),
  wave: indices.map((i) => round(0.5 + 0.4 * Math.sin((2 * Math.PI * i) / 9.5) + 0.08 * noise[i])),
  noise: noise.map((value) => round(0.5 + 0.22 * value)),
} as const;
export type SignalName = keyof typeof SIGNALS;

export const TAPS = {
  mean: [0.3333333, 0.3333333, 0.3333333],
  bell: [0.0625, 0.25, 0.375, 0.25, 0.0625],
  difference: [-1, 1],
  second: [1, -2, 1],
  echo: [0.4, 0, 0, 1],
} as const;
export type TapsName = keyof typeof TAPS;

const IN_SIGNAL = { panel: 'signal' } as const;
export const signalName = urlSignal<SignalName>('volume', 'signal', 'wave', oneOf(Object.keys(SIGNALS) as SignalName[]), IN_SIGNAL);
/** Values that the user has drawn; empty: those of the named signal. */
export const drawn = urlSignal<readonly number[]>('volume', 'values', [], list(number({ min: -1, max: 2 })), IN_SIGNAL);
export const taps = urlSignal<readonly number[]>('volume', 'w', TAPS.bell, list(number()), IN_SIGNAL);
export const padding = urlSignal('volume', 'padding', 'same', oneOf(['valid', 'same', 'full']), IN_SIGNAL);
export const mode = urlSignal('volume', 'mode', 'zero', oneOf(LINEAR_MODES), IN_SIGNAL);
export const stride = urlSignal('volume', 'stride', 1, number({ min: 1, max: 4, whole: true }), IN_SIGNAL);
export const flip = urlSignal('volume', 'flip', false, flag, IN_SIGNAL);
export const row = urlSignal('volume', 'row', 10, number({ min: 0, max: 99, whole: true }), { ...IN_SIGNAL, passing: true });

export const values = computed<readonly number[]>(() => (drawn.value.length === LENGTH ? drawn.value : SIGNALS[signalName.value]));
export const weights = computed<readonly number[]>(() => (taps.value.length >= 1 && taps.value.length <= MOST_WEIGHTS ? taps.value : TAPS.bell));

/** The convolution as a matrix, and the results of both. */
export interface Toeplitz {
  /** `[outputs, LENGTH]` */
  readonly matrix: Tensor;
  /** by the library, `[outputs]` */
  readonly result: Float32Array;
  /** W x, in float64 */
  readonly product: readonly number[];
}

/** The matrix, from the library: each column is the convolution of a single 1 at that position. */
export async function toeplitz(): Promise<Toeplitz> {
  const [x, w] = [values.value, weights.value];
  const options = {
    padding: padding.value,
    stride: stride.value,
    ...(padding.value !== 'valid' && { paddingMode: mode.value }),
    ...(flip.value && { flip: true }),
  };
  const kernel = tensor([...w], [1, 1, w.length]);
  const ones = tensor(
    indices.map((i) => indices.map((j) => (i === j ? 1 : 0))),
    [LENGTH, 1, LENGTH],
  );
  const [{ value: columns }, { value: result }] = await Promise.all([
    run('conv', ones, kernel, options),
    run('conv', tensor([...x], [1, 1, LENGTH]), kernel, options),
  ]);
  const outputs = result.data.length;
  const matrix = Float32Array.from({ length: outputs * LENGTH }, (_, at) => columns.data[(at % LENGTH) * outputs + Math.floor(at / LENGTH)]);
  const product = Array.from({ length: outputs }, (_, i) => x.reduce((sum, value, j) => sum + matrix[i * LENGTH + j] * value, 0));
  return { matrix: { shape: [outputs, LENGTH], data: matrix }, result: result.data, product };
}
