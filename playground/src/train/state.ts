import { batch as batchOf, computed, effect, signal, untracked } from '@preact/signals';
import { digitsUrl } from '../digits/weights.js';
import { backendChoice } from '../engine/choice.js';
import { number, oneOf } from '../shell/codecs.js';
import { complaintIn } from '../shell/complaints.js';
import { holdPart } from '../shell/parcel.js';
import { urlSignal } from '../shell/url.js';
import type { Command, Measured, Progress, Report, StepRecord } from './protocol.js';
import { ACTIVATIONS, LECTURE, LECTURE_TRAINING, layersCodec, OPTIMIZERS, type Recipe, shapesOf } from './recipe.js';
import { t } from './strings.js';

export const layers = urlSignal('train', 'layers', LECTURE, layersCodec);
export const activation = urlSignal('train', 'activation', 'ReLU', oneOf(ACTIVATIONS));
export const optimizer = urlSignal('train', 'optimizer', 'adam', oneOf(OPTIMIZERS));
export const RATES = ['0.0001', '0.0003', '0.001', '0.003', '0.01', '0.03', '0.1', '0.3'] as const;
export const rate = urlSignal('train', 'rate', '0.001', oneOf(RATES));
export const momentum = urlSignal('train', 'momentum', 0.9, number({ min: 0, max: 0.99 }));
export const BATCHES = ['1', '8', '16', '32', '64', '128', '256'] as const;
export const batch = urlSignal('train', 'batch', '32', oneOf(BATCHES));
export const seed = urlSignal('train', 'seed', 1, number({ min: 0, max: 99999, whole: true }));
export const PACES = ['0', '1', '4', '20'] as const;
export const pace = urlSignal('train', 'pace', '0', oneOf(PACES));

/** The lecture's network, and the lecture's way to train it. */
export function asInLecture(): void {
  batchOf(() => {
    layers.value = LECTURE;
    activation.value = LECTURE_TRAINING.activation;
    optimizer.value = LECTURE_TRAINING.optimizer;
    rate.value = LECTURE_TRAINING.rate;
    momentum.value = LECTURE_TRAINING.momentum;
    batch.value = LECTURE_TRAINING.batch;
  });
}

/** Which layers do not fit; undefined if all do. */
export const misfit = computed(() => shapesOf(layers.value).misfit);
export const recipe = computed(
  (): Recipe => ({
    layers: layers.value,
    activation: activation.value,
    optimizer: optimizer.value,
    momentum: optimizer.value === 'sgd' || optimizer.value === 'rmsprop' ? momentum.value : 0,
    batch: Number(batch.value),
    seed: seed.value,
  }),
);

/** The worker's data, once it has started. */
export const opened = signal<Extract<Report, { type: 'opened' }> | undefined>(undefined);
/** The latest report. */
export const progress = signal<Progress | undefined>(undefined);
/** All steps of the displayed run, and all measurements. */
export const steps = signal<readonly StepRecord[]>([]);
export const measured = signal<readonly Measured[]>([]);
/** True if the run is determined by its settings: constant rate, no loaded weights, the page's digits. */
export const repeatable = signal(true);
/** True if training was requested or is running. */
export const running = signal(false);
export const message = signal<{ readonly kind: 'info' | 'error'; readonly text: string } | undefined>(undefined);
/** True if the training digits come from files. */
let ownDigits = false;
/** Receives the bytes of a file that is being saved. */
let saving: ((bytes: Uint8Array) => void) | undefined;

/** The measurement for the displayed step. */
export const shown = computed(() => measured.value.findLast(({ step }) => step <= (progress.value?.step ?? 0)) ?? measured.value[0]);

let worker: Worker | undefined;
/** The last network that the worker was asked to create. */
let made = '';

function tell(command: Command): void {
  worker?.postMessage(command);
}

/** Starts the worker, once. */
export function open(): void {
  if (worker) return;
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'training' });
  worker.addEventListener('message', ({ data }: MessageEvent<Report>) => receive(data));
  worker.addEventListener('error', ({ message: reason }) => {
    running.value = false;
    message.value = { kind: 'error', text: t('failed', { reason: complaintIn(reason || 'the worker could not be loaded') }) };
  });
  // an address may contain layers that do not fit together
  const first = misfit.peek() ? { ...recipe.peek(), layers: LECTURE } : recipe.peek();
  made = JSON.stringify(first);
  tell({
    type: 'open',
    backend: backendChoice.peek(),
    recipe: first,
    lr: Number(rate.peek()),
    urls: { train: digitsUrl('train'), validation: digitsUrl('test') },
  });
  effect(() => {
    const next = recipe.value;
    if (misfit.value || JSON.stringify(next) === made) return;
    untracked(startOver);
  });
  let runsOn = backendChoice.peek();
  effect(() => {
    if (backendChoice.value === runsOn) return;
    runsOn = backendChoice.value;
    tell({ type: 'move', backend: runsOn });
  });
  let lr = rate.peek();
  effect(() => {
    if (rate.value !== lr && (progress.peek()?.step ?? 0) > 0) repeatable.value = false;
    lr = rate.value;
    tell({ type: 'tune', lr: Number(lr), pace: Number(pace.value) });
  });
}

function receive(report: Report): void {
  if (report.type === 'opened') opened.value = report;
  else if (report.type === 'progress') follow(report.progress, report.fresh);
  else if (report.type === 'saved') saving?.(report.bytes);
  else if (report.type === 'loaded') {
    // the worker already has this network
    batchOf(() => {
      layers.value = report.layers;
      activation.value = report.activation;
      made = JSON.stringify(recipe.peek());
      repeatable.value = false;
    });
    message.value = { kind: 'info', text: t('loaded', { name: report.name }) };
  } else if (report.type === 'fellBack') {
    message.value = { kind: 'error', text: t('fellBack', { reason: complaintIn(report.message), step: report.step }) };
  } else {
    running.value = false;
    message.value = { kind: 'error', text: t('failed', { reason: complaintIn(report.message) }) };
  }
}

function follow(next: Progress, fresh: boolean): void {
  const before = fresh ? [] : steps.value;
  if (next.steps.length > 0 || fresh) {
    const from = next.steps[0]?.step ?? 0;
    steps.value = [...before.filter(({ step }) => step < from || from === 0), ...next.steps];
  }
  if (next.measured.length > 0 || fresh) {
    const known = fresh ? [] : measured.value.filter(({ step }) => !next.measured.some((each) => each.step === step));
    measured.value = [...known, ...next.measured].sort((a, b) => a.step - b.step);
  }
  progress.value = next;
  running.value = next.running;
}

/** Starts training; records after the displayed step are discarded. */
export function go(command: 'run' | 'step'): void {
  const at = progress.value?.step ?? 0;
  if (steps.value.some(({ step }) => step > at)) steps.value = steps.value.filter(({ step }) => step <= at);
  if (measured.value.some(({ step }) => step > at)) measured.value = measured.value.filter(({ step }) => step <= at);
  message.value = undefined;
  running.value = command === 'run';
  tell({ type: command });
}

export function pause(): void {
  tell({ type: 'pause' });
}

/** A new network with the current recipe. */
export function startOver(): void {
  if (misfit.peek()) return;
  made = JSON.stringify(recipe.peek());
  running.value = false;
  message.value = undefined;
  repeatable.value = !ownDigits;
  tell({ type: 'reset', recipe: recipe.peek(), lr: Number(rate.peek()) });
}

export function seek(step: number): void {
  running.value = false;
  tell({ type: 'seek', step });
}

/** The network as a file. */
export function save(): Promise<Uint8Array> {
  return new Promise((resolve) => {
    saving = resolve;
    tell({ type: 'save' });
  });
}

export async function load(file: File): Promise<void> {
  running.value = false;
  tell({ type: 'load', name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
}

export async function trainOn(files: readonly File[]): Promise<void> {
  running.value = false;
  ownDigits = true;
  repeatable.value = false;
  const read = async (file: File) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  tell({ type: 'digits', files: await Promise.all(files.map(read)) });
}

holdPart('training', {
  says: () => ((progress.value?.step ?? 0) > 0 ? t('ownTraining', { step: progress.value?.step ?? 0 }) : undefined),
  save: async () => ({ name: 'digits.safetensors', bytes: new Blob([(await save()) as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }) }),
  open: async (file) => {
    open();
    await load(file);
  },
});
