import { computed, effect, type Signal, signal } from '@preact/signals';
import type { Tensor } from 'convlab';
import { AREA, bundledDigits, type Digits } from '../digits/data.js';
import { digitFromStrokes, type Stroke, strokesCodec } from '../digits/strokes.js';
import { digitsUrl, LECTURE_WEIGHTS } from '../digits/weights.js';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { number } from '../shell/codecs.js';
import { complaintIn } from '../shell/complaints.js';
import { urlSignal } from '../shell/url.js';

export const trouble = signal('');
const testDigits = signal<Digits | undefined>(undefined);

/** An addend: a drawn digit or one of the test set. */
export interface Addend {
  readonly strokes: Signal<readonly Stroke[]>;
  /** index of a test digit, or −1 for the strokes */
  readonly pick: Signal<number>;
  /** `[1, 1, 28, 28]`; undefined while loading, or if nothing is drawn */
  readonly digit: Signal<Tensor | undefined>;
  /** probability of each digit; undefined until it is classified */
  readonly shares: Signal<Float32Array | undefined>;
}

function addend(name: 'a' | 'b', drawing: string): Addend {
  const strokes = urlSignal('add', name, strokesCodec.decode(drawing) ?? [], strokesCodec);
  const pick = urlSignal('add', `${name}Digit`, -1, number({ min: -1, max: 999, whole: true }));
  const digit = computed((): Tensor | undefined => {
    if (pick.value < 0) return strokes.value.length > 0 ? digitFromStrokes(strokes.value, true) : undefined;
    const bytes = testDigits.value?.images.data.subarray(pick.value * AREA, (pick.value + 1) * AREA);
    return bytes && { shape: [1, 1, 28, 28], data: Float32Array.from(bytes, (byte) => byte / 255) };
  }) as Signal<Tensor | undefined>;
  const shares = signal<Float32Array | undefined>(undefined);
  const read = latest(async (x: Tensor) => {
    try {
      const { value } = await run('predict', LECTURE_WEIGHTS, x);
      // the pad may have been cleared meanwhile
      shares.value = digit.peek() ? value : undefined;
    } catch (error) {
      trouble.value = complaintIn((error as Error).message);
    }
  });
  effect(() => {
    engineGeneration.value;
    if (pick.value >= 0) void load();
    if (digit.value) read(digit.value);
    else shares.value = undefined;
  });
  return { strokes, pick, digit, shares };
}

// two ambiguous digits: a seven close to a one, a four close to a nine
export const first = addend('a', 'PPvOpZimd2');
export const second = addend('b', 'WOTaYgifqa.qMqeo2.WOaL');
/** The selected sum, or −1 for the most probable. */
export const chosen = urlSignal('add', 'sum', -1, number({ min: -1, max: 18, whole: true }), { panel: 'sums' });

/** The probability of each sum, computed by the library. */
export const sums = signal<Float32Array | undefined>(undefined);

const convolve = latest(async ([p, q]: readonly [Float32Array, Float32Array]) => {
  const distribution = (data: Float32Array): Tensor => ({ shape: [1, 1, data.length], data });
  try {
    sums.value = (await run('conv', distribution(p), distribution(q), { padding: 'full', flip: true })).value.data;
  } catch (error) {
    trouble.value = complaintIn((error as Error).message);
  }
});
effect(() => {
  const [p, q] = [first.shares.value, second.shares.value];
  if (p && q) convolve([p, q]);
  else sums.value = undefined;
});

/** The index of the largest value. */
export function likeliest(shares: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < shares.length; i++) if (shares[i] > shares[best]) best = i;
  return best;
}

export const sum = computed(() => (chosen.value >= 0 ? chosen.value : sums.value ? likeliest(sums.value) : 0));

async function load(): Promise<Digits | undefined> {
  try {
    testDigits.value ??= await bundledDigits(digitsUrl('test'));
  } catch (error) {
    trouble.value = complaintIn((error as Error).message);
  }
  return testDigits.peek();
}

/** Selects another test digit at random. */
export async function another(...addends: readonly Addend[]): Promise<void> {
  const digits = await load();
  if (digits) for (const { pick } of addends) pick.value = Math.floor(Math.random() * digits.length);
  chosen.value = -1;
}
