// A held run, for comparison with the current one. The URL contains its settings, from which it can be trained again
// with the same curves; the curves themselves stay in the page.
import { batch, computed, signal } from '@preact/signals';
import { digitsUrl } from '../digits/weights.js';
import { type Codec, number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';
import type { Measured, StepRecord } from './protocol.js';
import { ACTIVATIONS, layersCodec, OPTIMIZERS, type Recipe, shapesOf } from './recipe.js';
import { Run } from './run.js';
import { BATCHES, measured, RATES, rate, recipe, repeatable, steps } from './state.js';

/** The settings of a run, and its number of steps. */
export interface HeldRun {
  readonly recipe: Recipe;
  readonly rate: (typeof RATES)[number];
  readonly steps: number;
}

/** The recorded curves of a run. */
export interface HeldCurves {
  readonly steps: readonly StepRecord[];
  readonly measured: readonly Pick<Measured, 'step' | 'loss' | 'accuracy'>[];
}

/** Maximum number of steps of a run in an address. */
const MOST_STEPS = 20_000;
const whole = (max: number) => number({ min: 0, max, whole: true });

/** `layers;activation;optimizer;rate;momentum;batch;seed;steps` */
const heldCodec: Codec<HeldRun | undefined> = {
  encode: (run) => {
    if (!run) return '';
    const { layers, activation, optimizer, momentum, batch: size, seed } = run.recipe;
    return [layersCodec.encode(layers), activation, optimizer, run.rate, momentum, size, seed, run.steps].join(';');
  },
  decode: (text) => {
    const said = text.split(';');
    const [layers, activation, optimizer] = [layersCodec.decode(said[0]), oneOf(ACTIVATIONS).decode(said[1]), oneOf(OPTIMIZERS).decode(said[2])];
    const [lr, size] = [oneOf(RATES).decode(said[3]), oneOf(BATCHES).decode(said[5])];
    const momentum = number({ min: 0, max: 0.99 }).decode(said[4] ?? '');
    const [seed, count] = [whole(99_999).decode(said[6] ?? ''), whole(MOST_STEPS).decode(said[7] ?? '')];
    if (!layers || shapesOf(layers).misfit || !activation || !optimizer || !lr || !size) return undefined;
    if (momentum === undefined || seed === undefined || !count) return undefined;
    return { recipe: { layers, activation, optimizer, momentum, batch: Number(size), seed }, rate: lr, steps: count };
  },
};

export const held = urlSignal<HeldRun | undefined>('train', 'held', undefined, heldCodec);

/** Curves by the settings they belong to: undo brings them back. */
const known = signal<ReadonlyMap<string, HeldCurves>>(new Map());
/** The held run that is being trained again. */
const again = signal<{ readonly of: string; readonly run: Run } | undefined>(undefined);

/** The known curves of the held run; undefined if there is none. */
export const heldCurves = computed((): HeldCurves | undefined => {
  const text = heldCodec.encode(held.value);
  if (text === '') return undefined;
  const repeated = again.value;
  const { steps: seen, measured: done } = (repeated?.of === text ? curvesOf(repeated.run, held.value as HeldRun) : known.value.get(text)) ?? {};
  return seen && done && seen.length + done.length > 0 ? { steps: seen, measured: done } : undefined;
});

function curvesOf(run: Run, { steps: count }: HeldRun): HeldCurves {
  return { steps: run.steps.value.filter(({ step }) => step <= count), measured: run.measured.value.filter(({ step }) => step <= count) };
}

/** True while the held run is being trained again. */
export const repeating = computed(() => again.value?.of === heldCodec.encode(held.value) && again.value.run.running.value);
/** Why training it again failed; empty if it did not. */
export const repeatFailure = computed(() => again.value?.run.failure.value ?? '');

/** True if the current run can be held, i.e. repeated from its settings. */
export const canHold = computed(() => repeatable.value && (steps.value.at(-1)?.step ?? 0) > 0);

/** Holds the current run in its current state. */
export function holdRun(): void {
  const run = { recipe: recipe.peek(), rate: rate.peek(), steps: Math.min(steps.peek().at(-1)?.step ?? 0, MOST_STEPS) };
  batch(() => {
    known.value = new Map(known.peek()).set(heldCodec.encode(run), {
      steps: steps.peek().filter(({ step }) => step <= run.steps),
      measured: measured.peek().map(({ step, loss, accuracy }) => ({ step, loss, accuracy })),
    });
    held.value = run;
  });
}

/** Removes the held run. */
export function letGo(): void {
  again.peek()?.run.close();
  batch(() => {
    again.value = undefined;
    held.value = undefined;
  });
}

/** Trains the held run again, in a separate worker. */
export function repeatRun(): void {
  const wanted = held.peek();
  if (!wanted) return;
  again.peek()?.run.close();
  const run = new Run({
    recipe: wanted.recipe,
    rate: Number(wanted.rate),
    digits: async () => ({ train: digitsUrl('train'), validation: digitsUrl('test') }),
    until: wanted.steps,
  });
  again.value = { of: heldCodec.encode(wanted), run };
  void run.open();
  run.start();
}
