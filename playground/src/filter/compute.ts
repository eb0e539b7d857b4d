// Computes the results from the state. `filter` and `explain` run in the engine; outdated requests are dropped.
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { ConvGeometry, Tensor } from 'convlab';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { oneOf } from '../shell/codecs.js';
import { complaintIn } from '../shell/complaints.js';
import { urlSignal } from '../shell/url.js';
import type { kernelChoice } from './kernel-choice.js';
import type { Picture, Slot } from './pictures.js';
import { geometryOf } from './place.js';
import { comparing, secondChoice, secondName, secondOutput } from './second.js';
import {
  alphaChoice,
  bias,
  divideBySum,
  entry,
  kernel,
  kernelName,
  linear,
  mode,
  optionsWith,
  output,
  ownOutput,
  placement,
  scale,
  source,
  values,
} from './state.js';
import type { Filtered } from './tasks.js';
import type { Around } from './written-out.js';

/** A filtered image, and how it was computed. */
export interface Result extends Filtered {
  /** its source; a newer image may have been loaded in the meantime */
  readonly from: Picture;
  readonly milliseconds: number;
  readonly device: string;
  /** undefined for an operation of more than one kernel */
  readonly how?: How;
}

/** How one kernel was applied. */
export interface How {
  readonly kernel: Tensor;
  /** of one plane */
  readonly geometry: ConvGeometry;
  readonly around: Around;
}

interface Wanted {
  /** The engine holds the results of each slot. */
  readonly slot: Slot;
  readonly name: ReadonlySignal<string>;
  readonly choice: ReturnType<typeof kernelChoice>;
  readonly output: ReadonlySignal<Around['output']>;
}

/** One kernel's result, which follows the state. */
class Computed {
  /** The latest result, kept while the next one is computed and if that fails. */
  readonly result = signal<Result | undefined>(undefined);
  /** The error of the latest request; empty if it succeeded. */
  readonly failure = signal('');
  readonly busy = signal(false);
  /** Resolves when the latest request is done, or dropped for a newer one. */
  settled: Promise<void> = Promise.resolve();
  readonly #enqueue = latest((job: () => Promise<void>) => job());

  constructor(private readonly wanted: Wanted) {}

  /** Filters the image with the options of the state. */
  follow(): void {
    this.settled = this.#compute();
  }

  forget(): void {
    this.result.value = undefined;
    this.failure.value = '';
  }

  /** Shows a result unless its image was replaced in the meantime: the newer image may already be on the screen, and a bitmap can be shown only once. */
  #finish(done: Result): void {
    if (done.from === source.peek()) this.result.value = done;
  }

  #compute(): Promise<void> {
    const { slot, choice } = this.wanted;
    const [from, { tensor, error }, shown, place, operation] = [
      source.value,
      choice.kernel.value,
      this.wanted.output.value,
      placement.value,
      choice.entry.value,
    ];
    const [name, numbers, wishes, border] = [this.wanted.name.value, choice.values.value, optionsWith(shown), mode.value];
    const around = {
      divideBySum: divideBySum.value,
      scale: scale.value,
      bias: bias.value,
      linear: linear.value,
      output: shown,
      alpha: alphaChoice.value,
    };
    if (!from) return Promise.resolve();
    if (error) {
      this.failure.value = error;
      return Promise.resolve();
    }
    this.busy.value = true;
    return this.#enqueue(async () => {
      try {
        if (tensor) {
          const { value, milliseconds, device } = await run('filter', from.id, tensor, wishes, slot);
          const how = { kernel: tensor, geometry: geometryOf(from, tensor, place), around };
          this.#finish({ from, ...value, milliseconds, device, how });
        } else if (operation) {
          const { value, milliseconds, device } = await run('apply', from.id, name, numbers, { paddingMode: border, output: shown }, slot);
          this.#finish({ from, ...value, milliseconds, device });
        }
        this.failure.value = '';
      } catch (caught) {
        this.failure.value = complaintIn((caught as Error).message);
      } finally {
        this.busy.value = false;
      }
    });
  }
}

const first = new Computed({ slot: 'first', name: kernelName, choice: { entry, values, kernel, ownOutput }, output });
const second = new Computed({ slot: 'second', name: secondName, choice: secondChoice, output: secondOutput });

/** The result of the kernel. */
export const { result } = first;
/** The result of the second kernel; undefined if nothing is compared. */
export const secondResult = computed(() => (comparing.value ? second.result.value : undefined));
/** Why there is no newer result; empty if there is one. */
export const failure = computed(() => first.failure.value || (comparing.value ? second.failure.value : ''));
/** True while a computation is running. */
export const busy = computed(() => first.busy.value || second.busy.value);

/** The kernel whose pixel is written out if two are compared. */
export const pixelOf = urlSignal<Slot>('filter', 'of', 'first', oneOf(['first', 'second']), { passing: true });
/** The result that the pixel belongs to. */
export const pointed = computed(() => (pixelOf.value === 'second' && secondResult.value) || result.value);

/** Resolves when the latest requests are done, or dropped. */
export async function settled(): Promise<void> {
  await Promise.all([first.settled, second.settled]);
}

/** Keeps the results up to date. @returns a function that stops it */
export function startComputing(): () => void {
  const ends = [
    effect(() => {
      engineGeneration.value;
      first.follow();
    }),
    effect(() => {
      engineGeneration.value;
      if (comparing.value) second.follow();
      else second.forget();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
