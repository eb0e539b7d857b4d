// From the state to the result: filter and explain run in the engine, and only the latest wish counts.
import { effect, signal } from '@preact/signals';
import type { ConvGeometry, Tensor } from 'convlab';
import { engineGeneration, run } from '../engine/engine.js';
import { latestOnly } from '../engine/latest.js';
import { geometryOf } from './place.js';
import { alphaChoice, bias, divideBySum, entry, kernel, kernelName, linear, mode, options, output, placement, scale, source, values } from './state.js';
import type { Filtered, Kept } from './tasks.js';
import type { Around } from './written-out.js';

/** A filtered picture, and how it came about. */
export interface Result extends Filtered {
  /** what it was made of: a newer picture may already have come */
  readonly from: Kept;
  readonly milliseconds: number;
  readonly device: string;
  /** undefined for what is more than one kernel */
  readonly how?: How;
}

/** What one kernel did. */
export interface How {
  readonly kernel: Tensor;
  /** of one plane */
  readonly geometry: ConvGeometry;
  readonly around: Around;
}

/** The latest result. It stays while the next one is computed, and when that fails. */
export const result = signal<Result | undefined>(undefined);
/** Why the latest wish has no result; empty if it has. */
export const failure = signal('');
/** Whether something is computed. */
export const busy = signal(false);

const enqueue = latestOnly();
let last: Promise<void> = Promise.resolve();

/** Filters the picture as the state says. @returns when it was filtered, or overtaken by a newer wish */
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
        const how = { kernel: tensor, geometry: geometryOf(from.image, tensor, place), around };
        result.value = { from, ...value, milliseconds, device, how };
      } else if (operation) {
        const { value, milliseconds, device } = await run('apply', from.id, name, numbers, { paddingMode: border, output: shown });
        result.value = { from, ...value, milliseconds, device };
      }
      failure.value = '';
    } catch (caught) {
      failure.value = (caught as Error).message;
    } finally {
      busy.value = false;
    }
  });
}

/** When what was wished for last is there. */
export function settled(): Promise<void> {
  return last;
}

/** Keeps the result up to date. @returns ends it */
export function startComputing(): () => void {
  return effect(() => {
    engineGeneration.value;
    last = compute();
  });
}
