import type { Backend, BackendChoice, Work } from '../../backend.js';
import { inWords, type Reason } from '../../plan/reason.js';
import { Choice, type Clock } from '../choice.js';
import { BEST, predictGpu } from './calibration.js';
import type { Entry } from './entry.js';
import { type Gpu, LOOKING, type Rival, wordsOf } from './rival.js';

/** The GPU's time must be below this fraction of wasm's: if it is an estimate, and if both were measured. */
const ESTIMATED = 0.8;
const MEASURED = 0.95;
/** If the GPU is not expected to be faster, it is tried after wasm has run this many times as long as the trial takes. */
const PATIENCE = 10;

/** A call that can run on either backend. */
export interface Call<T> {
  /** cancels the call */
  readonly signal?: AbortSignal | undefined;
  wasm(): T | Promise<T>;
  gpu(gpu: Backend): T | Promise<T>;
  /** Prepares it on the GPU, if possible. @returns a promise of the compilation; undefined: a run need not wait */
  prepare?(gpu: Backend): Promise<unknown> | undefined;
  /** Runs it on the GPU without effect, which compiles its programs. */
  rehearse(gpu: Backend): unknown;
}

/**
 * Decides which of two backends runs a call. Calls run on wasm until a GPU is found (see {@link Rival}), the call is
 * predicted to be faster there and runs often enough to repay compiling, and a rehearsal in the background has compiled
 * and timed it. From then on, the faster backend is learned from calls, see {@link Choice}.
 */
export class Contest {
  /** Measured time divided by predicted time, per sum or operator. */
  readonly #corrections = new Map<string, number>();
  /** when the previous call ended, on each backend */
  readonly #ended = { wasm: 0, gpu: 0 };
  #couldSave = 0;
  /** Number of background tasks in progress. */
  #background = 0;
  /** Milliseconds to compile, once measured. */
  #compile: number | undefined;

  /**
   * @param clock milliseconds since an arbitrary origin
   * @param later runs a task after the caller has finished
   */
  constructor(
    readonly rival: Rival,
    private readonly clock: Clock,
    private readonly later: (task: () => void) => void,
  ) {}

  run<T>(entry: Entry, call: Call<T>): T | Promise<T> {
    if (entry.state === 'small') return call.wasm();
    const { gpu } = this.rival;
    // calls of its kind were faster there
    if (gpu && entry.state === 'new' && entry.kind.choice?.first && call.prepare) this.#prepare(entry, gpu, call);
    const choice = gpu && entry.state === 'ready' ? entry.kind.choice : undefined;
    const isFree = choice !== undefined && !choice.isMeasuring;
    const onGpu = choice !== undefined && (isFree ? choice.takesFirst() : choice.first);
    const measured = isFree && choice.isMeasuring ? choice : undefined;
    entry.latest = { onGpu, reason: choice ? { name: onGpu === choice.first ? 'measured' : 'compared' } : this.#whyWasm(entry) };
    return gpu && onGpu ? this.#onGpu(gpu, entry, call, measured) : this.#onWasm(entry, call, measured);
  }

  /** The backend on which a call ran or would run, with the reason. @param cost predicted milliseconds on wasm */
  chosen(entry: Entry, wasm: Backend, cost = entry.work.cost ?? 0): BackendChoice {
    const { gpu } = this.rival;
    const { kind } = entry;
    const here = kind.wasm === undefined ? cost * (gpu?.constants.wasm ?? 1) : kind.wasm * entry.work.values;
    const there = gpu && this.#gpuTime(entry, gpu);
    const { onGpu, reason } = entry.latest ?? this.#expected(entry, here, there);
    const { name, device } = (onGpu && gpu?.backend) || wasm;
    return { backend: name, device, wasm: here, gpu: there, reason, why: inWords(reason) };
  }

  #expected(entry: Entry, here: number, there: number | undefined): { readonly onGpu: boolean; readonly reason: Reason } {
    if (here < BEST.roundTrip) return { onGpu: false, reason: { name: 'soon' } };
    if (!this.rival.gpu) return { onGpu: false, reason: this.rival.why };
    if (there === undefined) return { onGpu: false, reason: entry.why };
    const { choice } = entry.kind;
    return choice ? { onGpu: choice.first, reason: { name: 'measured' } } : { onGpu: there < ESTIMATED * here, reason: { name: 'predicted' } };
  }

  /** Why a call that is not ready for the GPU runs on wasm. */
  #whyWasm(entry: Entry): Reason {
    const { gpu, why } = this.rival;
    if (!gpu) return why;
    const there = this.#gpuTime(entry, gpu);
    if (there === undefined || entry.state === 'impossible') return entry.why;
    if (entry.state === 'rehearsing') return { name: 'compiling' };
    return { name: entry.kind.wasm !== undefined && there < ESTIMATED * entry.kind.wasm * entry.work.values ? 'notRepaid' : 'predicted' };
  }

  #onWasm<T>(entry: Entry, call: Call<T>, choice: Choice | undefined): T | Promise<T> {
    const began = this.clock();
    const ended = (result: T) => {
      const milliseconds = this.#took('wasm', began);
      // the time of a refused image is meaningless
      if (result === false) choice?.drop();
      else {
        choice?.took(entry.work.values, milliseconds);
        this.#learnWasm(entry, milliseconds, call);
      }
      // yields, because callers that only await images would leave no turn of the event loop for background tasks
      return this.#background === 0 ? result : new Promise<void>((resolve) => this.later(resolve)).then(() => result);
    };
    const failed = (error: unknown): never => {
      choice?.drop();
      throw error;
    };
    try {
      const result = call.wasm();
      return result instanceof Promise ? result.then(ended, failed) : ended(result);
    } catch (error) {
      return failed(error);
    }
  }

  async #onGpu<T>(gpu: Gpu, entry: Entry, call: Call<T>, choice: Choice | undefined): Promise<T> {
    const began = this.clock();
    try {
      const result = await call.gpu(gpu.backend);
      const milliseconds = this.#took('gpu', began);
      if (result === false) choice?.drop();
      else {
        choice?.took(entry.work.values, milliseconds / MEASURED);
        this.#learnGpu(entry, gpu, milliseconds);
      }
      return result;
    } catch (error) {
      choice?.drop();
      if (call.signal?.aborted) throw error;
      if (this.rival.gpu === gpu) this.rival.fail(error);
      entry.latest = { onGpu: false, reason: this.rival.why };
      return call.wasm();
    }
  }

  /**
   * Milliseconds of a call that ends now. If calls overlap on one backend, each is measured from the end of the
   * previous one.
   */
  #took(on: 'wasm' | 'gpu', began: number): number {
    const now = this.clock();
    const milliseconds = now - Math.max(began, this.#ended[on]);
    this.#ended[on] = now;
    return milliseconds;
  }

  #learnWasm(entry: Entry, milliseconds: number, call: Call<unknown>): void {
    const { kind } = entry;
    kind.wasm = average(kind.wasm, milliseconds / entry.work.values);
    if (milliseconds < BEST.roundTrip) {
      entry.state = 'small';
      entry.latest = { onGpu: false, reason: { name: 'soon' } };
      return;
    }
    const { gpu } = this.rival;
    if (!gpu) this.#look(Math.max(0, milliseconds - predictGpu(entry.work, BEST)));
    if (!gpu || entry.state !== 'new') return;
    const there = this.#gpuTime(entry, gpu);
    if (there === undefined) {
      entry.state = 'impossible';
      return;
    }
    entry.taken += milliseconds;
    if (there < ESTIMATED * milliseconds) entry.saved += milliseconds - there;
    const compile = this.#compile ?? gpu.constants.compile;
    if (entry.saved < compile && entry.taken < PATIENCE * (compile + 2 * there)) return;
    entry.state = 'rehearsing';
    this.#inBackground(() => this.#rehearse(entry, gpu, call));
  }

  #look(saving: number): void {
    const enough = this.#couldSave >= LOOKING;
    this.#couldSave += saving;
    if (!enough && this.#couldSave >= LOOKING) this.#inBackground(() => this.rival.look());
  }

  /** @param task never rejects */
  #inBackground(task: () => Promise<void>): void {
    this.#background++;
    this.later(async () => {
      await task();
      this.#background--;
    });
  }

  /** Prepares a call of a measured kind. */
  #prepare(entry: Entry, gpu: Gpu, call: Call<unknown>): void {
    try {
      const compiling = call.prepare?.(gpu.backend);
      entry.state = compiling ? 'rehearsing' : 'ready';
      compiling?.then(
        () => {
          entry.state = 'ready';
        },
        (error) => entry.refuse(wordsOf(error)),
      );
    } catch (error) {
      entry.refuse(wordsOf(error));
    }
  }

  /** Runs a call twice in the background: first its programs are compiled, then it is timed. */
  async #rehearse(entry: Entry, gpu: Gpu, call: Call<unknown>): Promise<void> {
    try {
      const began = this.clock();
      await call.rehearse(gpu.backend);
      const compiled = this.clock();
      await call.rehearse(gpu.backend);
      const milliseconds = this.clock() - compiled;
      this.#compile = average(this.#compile ?? gpu.constants.compile, Math.max(0, compiled - began - milliseconds));
      this.#learnGpu(entry, gpu, milliseconds);
      const { kind } = entry;
      const [here, there] = [(kind.wasm ?? 0) * entry.work.values, milliseconds / MEASURED];
      kind.choice ??= new Choice(there < here, { clock: this.clock, times: Math.max(here, there) / Math.min(here, there) });
      entry.state = 'ready';
    } catch (error) {
      entry.refuse(wordsOf(error));
    }
  }

  #learnGpu(entry: Entry, gpu: Gpu, milliseconds: number): void {
    const { kind } = entry;
    kind.gpu = average(kind.gpu, milliseconds / entry.work.values);
    const work = entry.workOn(gpu.backend);
    if (work) this.#corrections.set(programOf(work), average(this.#corrections.get(programOf(work)), milliseconds / predictGpu(work, gpu.constants)));
  }

  /**
   * Milliseconds on the GPU: measured for such calls, otherwise predicted and corrected by the measurements of its
   * other programs.
   */
  #gpuTime(entry: Entry, { backend, constants }: Gpu): number | undefined {
    const work = entry.workOn(backend);
    if (work === undefined) return undefined;
    if (entry.kind.gpu !== undefined) return entry.kind.gpu * work.values;
    return predictGpu(work, constants) * (this.#corrections.get(programOf(work)) ?? 1);
  }
}

/** The name of a sum or an operator, with which a kind begins. */
function programOf({ kind }: Work): string {
  return kind.slice(0, kind.indexOf(' '));
}

/** An exponentially weighted average. */
function average(before: number | undefined, now: number): number {
  return before === undefined ? now : before + (now - before) / 4;
}
