// Computes the result from the state. `filter` and `explain` run in the engine; outdated requests are dropped.
import { effect, signal } from '@preact/signals';
import type { ConvGeometry, Tensor } from 'convlab';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { complaintIn } from '../shell/complaints.js';
import type { Picture } from './pictures.js';
import { geometryOf } from './place.js';
import { alphaChoice, bias, divideBySum, entry, kernel, kernelName, linear, mode, options, output, placement, scale, source, values } from './state.js';
import type { Filtered } from './tasks.js';
import type { Around } from './written-out.js';

/** A filtered picture, and how it was computed. */
export interface Result extends Filtered {
  /** its source: a newer picture may be loaded by now */
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

/** The latest result, kept while the next one is computed and if that fails. */
export const result = signal<Result | undefined>(undefined);
/** The error of the latest request; empty if it succeeded. */
export const failure = signal('');
/** Whether a computation is running. */
export const busy = signal(false);

const enqueue = latest((job: () => Promise<void>) => job());
let last: Promise<void> = Promise.resolve();

/** Filters the picture with the options of the state. @returns resolves when done, or dropped for a newer request */
function compute(): Promise<void> {
  const [from, { tensor, error }, wishes, place, operation] = [source.value, kernel.value, options.value, placement.value, entry.value];
  const [name, numbers, shown, border] = [kernelName.value, values.value, output.value, mode.value];
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
    failure.value = error;
    return Promise.resolve();
  }
  busy.value = true;
  return enqueue(async () => {
    try {
      if (tensor) {
        const { value, milliseconds, device } = await run('filter', from.id, tensor, wishes);
        const how = { kernel: tensor, geometry: geometryOf(from, tensor, place), around };
        finish({ from, ...value, milliseconds, device, how });
      } else if (operation) {
        const { value, milliseconds, device } = await run('apply', from.id, name, numbers, { paddingMode: border, output: shown });
        finish({ from, ...value, milliseconds, device });
      }
      failure.value = '';
    } catch (caught) {
      failure.value = complaintIn((caught as Error).message);
    } finally {
      busy.value = false;
    }
  });
}

/** Shows a result unless its picture was replaced meanwhile: the newer picture may be on the screen already, and a bitmap is shown once. */
function finish(done: Result): void {
  if (done.from === source.peek()) result.value = done;
}

/** Resolves when the latest request is done. */
export function settled(): Promise<void> {
  return last;
}

/** Keeps the result up to date. @returns a function that stops it */
export function startComputing(): () => void {
  return effect(() => {
    engineGeneration.value;
    last = compute();
  });
}
