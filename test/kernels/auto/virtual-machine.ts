import type { Control } from '../../../src/control.js';
import {
  type Abilities,
  type Backend,
  CONV_PROGRAMS,
  type DeviceBuffer,
  type Executable,
  type Job,
  type Operand,
  type PictureJob,
  Random,
} from '../../../src/index.js';
import type { Work } from '../../../src/kernels/backend.js';
import { AutoBackend } from '../../../src/kernels/backends/auto/auto.js';
import { BEST, type Calibration, predictGpu } from '../../../src/kernels/backends/auto/calibration.js';
import { PICTURE_SUMS } from '../../../src/kernels/job.js';
import { predict } from '../../../src/kernels/plan/cost.js';
import { workOfOperator, workOfPicture } from '../../../src/kernels/plan/work.js';
import { sizeOf } from '../../../src/tensor.js';

/** Time that passes only where something takes it. */
export class VirtualTime {
  now = 0;
  readonly #tasks: { readonly at: number; readonly task: () => void }[] = [];
  readonly clock = () => this.now;
  readonly later = (task: () => void) => this.#at(this.now, task);

  /** The processor is busy: nothing else happens. */
  spend(milliseconds: number): void {
    this.now += milliseconds;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#at(this.now + milliseconds, resolve));
  }

  /** Lets pass what a call takes. @returns its result, and the milliseconds */
  async call<T>(run: () => T | Promise<T>): Promise<{ result: T; milliseconds: number }> {
    const began = this.now;
    const running = run();
    let outcome: { readonly result: T } | { readonly failure: unknown } | undefined = running instanceof Promise ? undefined : { result: running };
    if (running instanceof Promise) {
      running.then(
        (result) => {
          outcome = { result };
        },
        (failure) => {
          outcome = { failure };
        },
      );
      await turn();
    }
    while (!outcome) await this.#next();
    const milliseconds = this.now - began;
    // what was due meanwhile
    while (this.#tasks.length > 0 && this.#tasks[0].at <= this.now) await this.#next();
    if ('failure' in outcome) throw outcome.failure;
    return { result: outcome.result, milliseconds };
  }

  /** Lets pass all that is under way. */
  async idle(): Promise<void> {
    await turn();
    while (this.#tasks.length > 0) await this.#next();
  }

  async #next(): Promise<void> {
    const next = this.#tasks.shift();
    if (!next) throw new Error('nothing is under way that could end');
    this.now = Math.max(this.now, next.at);
    next.task();
    await turn();
  }

  #at(at: number, task: () => void): void {
    const before = this.#tasks.findIndex((each) => each.at > at);
    this.#tasks.splice(before === -1 ? this.#tasks.length : before, 0, { at, task });
  }
}

/** Lets what waits for a promise that is settled go on, as far as it gets. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined;
}

/** What a machine is like. */
export interface Machine {
  /** milliseconds of a job on wasm */
  readonly wasm: (job: Job) => number;
  readonly gpu: Calibration;
  /** how many times as long as by those constants images take on the GPU, and how long tensors do */
  readonly pictures?: number;
  readonly tensors?: number;
  /** standard deviation of the logarithm of a time */
  readonly noise?: number;
}

const works = new WeakMap<PictureJob, Work>();

/** What filled the samples of a result. */
export const [BY_WASM, BY_GPU] = [1, 2];

abstract class FakeBackend implements Backend {
  abstract readonly name: string;
  readonly device: string = 'fake';
  readonly abilities: Abilities = { programs: CONV_PROGRAMS, pictures: PICTURE_SUMS };
  runs = 0;
  prepared = 0;
  disposed = false;
  protected readonly random = new Random(1);

  constructor(
    readonly time: VirtualTime,
    readonly machine: Machine,
  ) {}

  allocate(length: number): DeviceBuffer {
    return { length };
  }
  abstract write(buffer: DeviceBuffer, values: Float32Array): void;
  abstract read(buffer: DeviceBuffer): Promise<Float32Array>;
  free(): void {}
  prepare(job: Job): Executable {
    this.prepared++;
    return { job };
  }
  abstract run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[]): ReturnType<Backend['run']>;
  release(): void {
    this.prepared--;
  }
  dispose(): void {
    this.disposed = true;
  }

  protected noisy(milliseconds: number): number {
    return milliseconds * Math.exp((this.machine.noise ?? 0) * this.random.normal());
  }
}

export class FakeWasm extends FakeBackend {
  readonly name = 'wasm';
  write(): void {}
  async read({ length }: DeviceBuffer): Promise<Float32Array> {
    return new Float32Array(length).fill(BY_WASM);
  }
  run({ job }: Executable, _inputs: readonly Operand[], [out]: readonly Operand[]): boolean {
    this.runs++;
    this.time.spend(this.noisy(this.machine.wasm(job)));
    if ('fill' in out) out.fill(BY_WASM);
    return true;
  }
}

/** Computes one thing after the other. Images are compiled in the background from when they are prepared, operators when they first run. */
export class FakeGpu extends FakeBackend {
  readonly name = 'gpu';
  override readonly device: string = 'fake gpu';
  isLost = false;
  isOpaque = true;
  /** when all that was called so far is done */
  #free = 0;
  /** by program: when it is compiled */
  readonly #compiled = new Map<string, number>();
  readonly #done = new WeakMap<Job, number>();
  /** runs of images */
  pictures = 0;

  /** What an image takes without noise, once it is compiled. */
  milliseconds(job: PictureJob): number {
    const { gpu, pictures = 1 } = this.machine;
    const work = works.get(job) ?? workOfPicture(job);
    works.set(job, work);
    return pictures * predictGpu(work, gpu);
  }

  override prepare(job: Job): Executable {
    super.prepare(job);
    if (job.operation !== 'picture') return { job };
    const { time } = this;
    const done = this.#compile(job);
    return {
      job,
      get compiling() {
        return done > time.now ? time.sleep(done - time.now) : undefined;
      },
    };
  }

  write(_buffer: DeviceBuffer, values: Float32Array): void {
    this.#work((4 * values.length) / this.machine.gpu.up);
  }

  async read({ length }: DeviceBuffer): Promise<Float32Array> {
    const { roundTrip, down } = this.machine.gpu;
    this.#work((4 * length) / down);
    await this.time.sleep(this.#free - this.time.now + this.noisy(roundTrip));
    this.#check();
    return new Float32Array(length).fill(BY_GPU);
  }

  run(
    { job }: Executable,
    _inputs: readonly Operand[],
    [out]: readonly Operand[],
    _parameters?: readonly number[],
    control?: Control,
  ): boolean | Promise<boolean> {
    this.runs++;
    const { gpu, tensors = 1 } = this.machine;
    const waiting = Math.max(0, this.#compile(job) - this.time.now);
    if (job.operation === 'picture') {
      this.pictures++;
      this.#work(waiting + this.noisy(this.milliseconds(job)));
      return this.#picture(out as Uint8ClampedArray, control?.signal);
    }
    this.#work(waiting);
    // what moves is counted by write and read
    const work = 'geometry' in job ? workOfOperator(job.operation, job.geometry) : undefined;
    const compute = work ? tensors * Math.max(work.bytes / gpu.copy, work.multiplyAdds / gpu.multiplyAdds) : (8 * out.length) / gpu.copy;
    this.#work(this.noisy(gpu.launch + compute));
    return true;
  }

  /** @returns when the program of a job is compiled, which begins now if it did not before. The weights of an image are no part of it. */
  #compile(job: Job): number {
    const known = this.#done.get(job);
    if (known !== undefined) return known;
    const what = 'geometry' in job ? job.geometry.key : 'passes' in job ? job.passes.map(({ geometry, sum }) => `${sum.kind} ${geometry.key}`) : '';
    const key = `${job.operation} ${what}`;
    const done = this.#compiled.get(key) ?? this.time.now + this.machine.gpu.compile;
    this.#compiled.set(key, done);
    this.#done.set(job, done);
    return done;
  }

  async #picture(out: Uint8ClampedArray, signal: AbortSignal | undefined): Promise<boolean> {
    await this.time.sleep(this.#free - this.time.now);
    signal?.throwIfAborted();
    this.#check();
    if (this.isOpaque) out.fill(BY_GPU);
    return this.isOpaque;
  }

  #check(): void {
    if (this.isLost) throw new Error('the fake device was lost');
  }

  #work(milliseconds: number): void {
    this.#free = Math.max(this.#free, this.time.now) + milliseconds;
  }
}

/** Of a GPU that is far better than any of today in all but the way to it. */
export const GOOD: Calibration = { ...BEST, roundTrip: 1, compile: 50, up: 6e6, down: 6e6, copy: 1e8, multiplyAdds: 1e9 };

/** Milliseconds of operators on one thread of the machine of the model. */
export function operatorTime(job: Job): number {
  if (!('geometry' in job)) return 0.001;
  return predict({ program: 'direct', geometry: job.geometry, kernel: new Float32Array(sizeOf(job.geometry.kernelShape)) });
}

/** wasm and a GPU, and `auto` between them. */
export class Simulation {
  readonly time = new VirtualTime();
  readonly wasm: FakeWasm;
  readonly gpu: FakeGpu;
  readonly auto: AutoBackend;
  /** how often a GPU was looked for */
  looked = 0;

  constructor(machine: Machine, open: (gpu: FakeGpu, time: VirtualTime) => Promise<Backend> = async (gpu) => gpu) {
    this.wasm = new FakeWasm(this.time, machine);
    this.gpu = new FakeGpu(this.time, machine);
    const find = () => {
      this.looked++;
      return open(this.gpu, this.time);
    };
    this.auto = new AutoBackend(this.wasm, find, this.time);
  }

  /** Runs an image so often. @returns for each call what filled its result, and its milliseconds */
  async run(executable: Executable, calls: number): Promise<{ by: number; milliseconds: number }[]> {
    const ran: { by: number; milliseconds: number }[] = [];
    const picture = new Uint8ClampedArray(4);
    for (let i = 0; i < calls; i++) {
      const out = new Uint8ClampedArray(4);
      const { result, milliseconds } = await this.time.call(() => this.auto.run(executable, [picture], [out]));
      if (!result) throw new Error('the picture was refused');
      ran.push({ by: out[0], milliseconds });
    }
    return ran;
  }

  why(executable: Executable): string | undefined {
    return this.auto.chooser.latest(executable)?.reason.name;
  }
}
