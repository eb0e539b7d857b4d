import { UnsupportedError } from '../../../../errors.js';
import type { Abilities, Backend, DeviceBuffer, Executable, Operand } from '../../../backend.js';
import type { Job, OperatorJob } from '../../../job.js';
import { PictureRoom } from '../picture/picture-room.js';
import type { WebGpuDevice } from '../webgpu-device.js';
import { Arena, type Chunk } from './arena.js';
import { biasGradientStages, convStages, inputGradientStages, kernelGradientStages } from './conv-stages.js';
import type { Stage } from './core.js';
import type { LaunchLimits } from './parts.js';
import { maxPoolGradientStages, maxPoolStages } from './pool-stages.js';
import { type Call, Recording, type WgslExecutable } from './recording.js';
import { Room } from './room.js';

/** A buffer and the chunk of device memory that it uses until it is freed. */
class WgslBuffer implements DeviceBuffer {
  /** The contents are zero, regardless of the chunk. */
  fresh = true;
  freed = false;

  constructor(
    readonly length: number,
    readonly chunk: Chunk,
    readonly owner: WgslBackend,
  ) {}
}

/** Maximum number of cached recordings, and maximum scratch memory of each. */
const MOST_RECORDINGS = 16;
const MOST_SCRATCH = 2 ** 26;
/** Maximum number of pending calls. */
const MOST_CALLS = 1024;

/** Fills a buffer with zeros. */
const ZERO: WgslExecutable = { formula: 'zero', stages: undefined };

/**
 * The operators as WGSL on GPU.js's device. Calls are deferred until something is read or the caller yields. Then the
 * whole list is converted to launches: element-wise formulas are merged into the operators that produce their inputs,
 * and independent calls share a launch. A repeated list, such as a training step, is launched again without planning.
 */
export class WgslBackend implements Backend {
  readonly name = 'gpu';
  readonly abilities: Abilities;
  readonly device: string;
  /** image filters, from samples to samples */
  readonly #pictures: PictureRoom;
  readonly #room: Room;
  readonly #arena: Arena;
  readonly #limits: LaunchLimits;
  /** in order of last use */
  readonly #recordings: Recording[] = [];
  #calls: Call[] = [];
  /** Number of the current list of calls. */
  #batch = 0;
  /** Freed memory that calls of this list still use. */
  #freed: Chunk[] = [];
  #round: Promise<void> = Promise.resolve();
  #disposed = false;

  /**
   * @param close is called once everything is freed
   * @param keptPrograms maximum number of cached programs
   */
  constructor(
    device: WebGpuDevice,
    readonly close: () => void,
    keptPrograms?: number,
  ) {
    this.#room = new Room(device, keptPrograms);
    this.#arena = new Arena(this.#room);
    this.#pictures = new PictureRoom(this.#room);
    this.abilities = { programs: ['direct'], ...this.#pictures.abilities };
    const { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize } = device.gpu.limits;
    this.#limits = { buffers: maxStorageBuffersPerShaderStage, shared: maxComputeWorkgroupStorageSize };
    this.device = device.label;
  }

  /** Number of cached programs. */
  get programs(): number {
    return this.#room.programs;
  }

  allocate(length: number): WgslBuffer {
    this.#check([]);
    const { maxLength, limit, label } = this.#room.device;
    if (length > maxLength)
      throw new UnsupportedError('gpu', `a buffer on ${label} holds at most ${maxLength} values (${limit}), received ${length}`, { length });
    return new WgslBuffer(length, this.#arena.take(length), this);
  }

  write(buffer: DeviceBuffer, values: Float32Array<ArrayBuffer>): void {
    const [target] = this.#check([buffer]);
    // pending calls that do not use it can run later
    if (target.chunk.batch === this.#batch) this.#launch();
    target.fresh = target.chunk.clean = false;
    this.#room.write(target.chunk.memory, values, 4 * target.chunk.offset);
  }

  read(buffer: DeviceBuffer, into?: Float32Array): Promise<Float32Array> {
    const [source] = this.#check([buffer]);
    return this.#copyOut(source, into);
  }

  free(buffer: DeviceBuffer): void {
    const [target] = this.#check([buffer]);
    target.freed = true;
    if (target.chunk.batch === this.#batch) this.#freed.push(target.chunk);
    else this.#arena.giveBack(target.chunk);
  }

  prepare(job: Job): Executable {
    if (job.operation === 'comparison' || job.operation === 'histogram') throw new Error(`this backend has no program for a ${job.operation}`);
    this.#check([]);
    return job.operation === 'picture' || job.operation === 'resize' ? this.#pictures.prepare(job) : executableOf(job);
  }

  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[], parameters: readonly number[] = []): boolean | Promise<boolean> {
    if (isOfPictures(executable)) {
      this.#check([]);
      return this.#pictures.run(executable, inputs, outputs);
    }
    const [from, to] = [this.#check(inputs as DeviceBuffer[]), this.#check(outputs as DeviceBuffer[])];
    for (const input of from) if (input.fresh) this.#fill(input);
    this.#call(executable as Executable & WgslExecutable, from, to, parameters);
    return true;
  }

  release(executable: Executable): void {
    if (isOfPictures(executable) && !this.#disposed) this.#pictures.release(executable);
  }

  /** Undefined after the backend was disposed. */
  get devicePictures(): PictureRoom | undefined {
    return this.#disposed ? undefined : this.#pictures;
  }

  keepUp(): Promise<void> {
    const before = this.#round;
    this.#launch();
    this.#round = this.#room.finished();
    return before;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#calls = [];
    this.#recordings.length = 0;
    this.#room.dispose().then(this.close);
  }

  async #copyOut({ fresh, chunk, length }: WgslBuffer, into?: Float32Array): Promise<Float32Array> {
    this.#launch();
    this.#room.refuseIfFailed();
    if (fresh) return into?.fill(0) ?? new Float32Array(length);
    const copy = (bytes: ArrayBuffer) => {
      if (!into) return new Float32Array(bytes.slice(0));
      into.set(new Float32Array(bytes));
      return into;
    };
    return this.#room.read(chunk.memory, 4 * length, copy, 4 * chunk.offset);
  }

  #fill(buffer: WgslBuffer): void {
    if (buffer.chunk.clean) buffer.fresh = false;
    else this.#call(ZERO, [], [buffer], []);
  }

  #call(executable: WgslExecutable, inputs: readonly WgslBuffer[], outputs: readonly WgslBuffer[], parameters: readonly number[]): void {
    for (const { chunk } of inputs) chunk.batch = this.#batch;
    for (const output of outputs) {
      output.fresh = output.chunk.clean = false;
      output.chunk.batch = this.#batch;
    }
    if (this.#calls.length === 0) queueMicrotask(() => this.#submit());
    const chunks = (buffers: readonly WgslBuffer[]) => buffers.map(({ chunk }) => chunk);
    this.#calls.push({ executable, inputs: chunks(inputs), outputs: chunks(outputs), length: outputs[0].length, parameters });
    if (this.#calls.length === MOST_CALLS) this.#submit();
  }

  /** Called when the caller yields. */
  #submit(): void {
    this.#launch();
    this.#room.submit();
  }

  /** Launches all pending calls. */
  #launch(): void {
    const calls = this.#calls;
    if (calls.length === 0) return;
    this.#calls = [];
    this.#batch++;
    const recording = this.#recordingOf(calls);
    recording.run(this.#room, calls);
    if (!this.#recordings.includes(recording)) recording.free();
    for (const chunk of this.#freed) this.#arena.giveBack(chunk);
    this.#freed = [];
  }

  #recordingOf(calls: readonly Call[]): Recording {
    const kept = this.#recordings;
    const at = kept.findLastIndex((recording) => recording.matches(calls));
    const recording = at === -1 ? new Recording(calls, this.#arena, this.#limits) : kept.splice(at, 1)[0];
    if (recording.bytes <= MOST_SCRATCH) kept.push(recording);
    if (kept.length > MOST_RECORDINGS) kept.shift()?.free();
    return recording;
  }

  #check(buffers: readonly DeviceBuffer[]): WgslBuffer[] {
    if (this.#disposed) throw new UnsupportedError('gpu', 'the backend was disposed of; create a new one');
    for (const buffer of buffers) {
      if (!(buffer instanceof WgslBuffer) || buffer.owner !== this) throw new UnsupportedError('gpu', 'received a buffer of another backend', { buffer });
      if (buffer.freed) throw new UnsupportedError('gpu', `received a buffer of ${buffer.length} values that was freed`, { buffer });
    }
    return buffers as WgslBuffer[];
  }
}

function isOfPictures({ job: { operation } }: Executable): boolean {
  return operation === 'picture' || operation === 'resize';
}

function executableOf(job: OperatorJob): Executable & WgslExecutable {
  if (job.operation === 'pointwise') return { job, formula: job.formula, stages: undefined };
  const kept = new Map<number, readonly Stage[]>();
  const stages = (inputs: number) => {
    const known = kept.get(inputs) ?? stagesOf(job, inputs);
    kept.set(inputs, known);
    return known;
  };
  return { job, formula: undefined, stages };
}

type StagedJob = Exclude<OperatorJob, { operation: 'pointwise' }>;

function stagesOf(job: StagedJob, inputs: number): Stage[] {
  switch (job.operation) {
    case 'conv':
      return convStages(job.geometry, inputs === 3);
    case 'convInputGradient':
      return inputGradientStages(job.geometry);
    case 'convKernelGradient':
      return kernelGradientStages(job.geometry);
    case 'convBiasGradient':
      return biasGradientStages(job.geometry);
    case 'maxPool':
      return maxPoolStages(job.geometry);
    case 'maxPoolGradient':
      return maxPoolGradientStages(job.geometry);
    default:
      return job satisfies never;
  }
}
