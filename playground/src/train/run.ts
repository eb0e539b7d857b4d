// A training in addition to that of the Train view: the same worker, with a fixed recipe.
import { signal } from '@preact/signals';
import { backendChoice } from '../engine/choice.js';
import type { LookedAt, Measured, Report, StepRecord } from './protocol.js';
import type { Recipe } from './recipe.js';

interface RunOptions {
  readonly recipe: Recipe;
  /** The learning rate. Default 0.001. */
  readonly rate?: number;
  /** Addresses of the digits, once they are known. */
  readonly digits: () => Promise<{ readonly train: string; readonly validation: string }>;
  /** Number of steps after which it stops. */
  readonly until?: number;
}

/** One training run: its visible state and its commands. */
export class Run {
  /** undefined until the worker is ready */
  readonly opened = signal<Extract<Report, { type: 'opened' }> | undefined>(undefined);
  readonly step = signal(0);
  readonly stepsPerEpoch = signal(1);
  readonly running = signal(false);
  readonly steps = signal<readonly StepRecord[]>([]);
  readonly measured = signal<readonly Measured[]>([]);
  readonly kernels = signal<readonly LookedAt[]>([]);
  readonly failure = signal('');
  #worker: Worker | undefined;
  #saving: ((bytes: Uint8Array) => void) | undefined;
  /** The request made before it was ready. */
  #asked: 'run' | 'step' | undefined;

  constructor(private readonly options: RunOptions) {}

  /** Starts the worker, once. */
  async open(): Promise<void> {
    if (this.#worker) return;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'run' });
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<Report>) => this.#receive(data));
    worker.addEventListener('error', ({ message }) => {
      this.running.value = false;
      this.failure.value = message || 'the worker could not be loaded';
    });
    try {
      const urls = await this.options.digits();
      worker.postMessage({ type: 'open', backend: backendChoice.peek(), recipe: this.options.recipe, lr: this.#rate, urls });
    } catch (error) {
      this.failure.value = (error as Error).message;
    }
  }

  start(): void {
    this.running.value = true;
    this.#learn('run');
  }

  pause(): void {
    this.#asked = undefined;
    if (this.running.peek()) this.#tell('pause');
    this.running.value = false;
  }

  one(): void {
    this.#learn('step');
  }

  startOver(): void {
    this.running.value = false;
    this.#worker?.postMessage({ type: 'reset', recipe: this.options.recipe, lr: this.#rate });
  }

  /** The current network, as a checkpoint. */
  save(): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#saving = resolve;
      this.#tell('save');
    });
  }

  /** Ends the worker. The reported results of the run are kept. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.opened.value = undefined;
    this.running.value = false;
  }

  get #rate(): number {
    return this.options.rate ?? 0.001;
  }

  #learn(how: 'run' | 'step'): void {
    if (this.opened.peek()) this.#tell(how);
    else this.#asked = how;
  }

  #tell(type: 'run' | 'pause' | 'step' | 'save'): void {
    this.#worker?.postMessage({ type });
  }

  #receive(report: Report): void {
    if (report.type === 'opened') {
      this.opened.value = report;
      if (this.#asked) this.#tell(this.#asked);
      this.#asked = undefined;
    }
    if (report.type === 'saved') this.#saving?.(report.bytes);
    else if (report.type === 'failed' || report.type === 'fellBack') {
      this.running.value = false;
      this.failure.value = report.message;
    } else if (report.type === 'progress') {
      const { fresh, progress } = report;
      if (fresh) [this.steps.value, this.measured.value] = [[], []];
      if (progress.steps.length > 0) this.steps.value = [...this.steps.peek(), ...progress.steps];
      if (progress.measured.length > 0) this.measured.value = [...this.measured.peek(), ...progress.measured];
      this.step.value = progress.step;
      this.stepsPerEpoch.value = progress.stepsPerEpoch;
      this.kernels.value = progress.kernels;
      this.running.value = progress.running;
      const { until = Number.POSITIVE_INFINITY } = this.options;
      if (progress.running && progress.step >= until) this.pause();
    }
  }
}
