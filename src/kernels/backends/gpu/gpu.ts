import { UnsupportedError } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import type { Abilities, Backend, DeviceBuffer, Executable, Operand } from '../../backend.js';
import type { ConvGeometry } from '../../geometry.js';
import type { Job } from '../../job.js';
import type { PointwiseName } from '../../pointwise.js';
import { type OperatorMethods, runOperator } from '../../run-operator.js';
import { addPartsProgram, biasGradientProgram, convProgram, inputGradientProgram, kernelGradientProgram, reduction } from './conv-programs.js';
import type { Device } from './device.js';
import { GpuMachine } from './gpu-machine.js';
import type { Engine } from './gpu-program.js';
import { foldProgram, paddedGeometry, padProgram, transposedGeometry } from './padding-programs.js';
import type { GpuPictures } from './picture/gpu-pictures.js';
import { openPictures } from './picture/open-pictures.js';
import { pointwiseProgram } from './pointwise-program.js';
import { gatherWinnersProgram, maxPoolGradientProgram, winnersProgram } from './pool-programs.js';

/** The operators as GPU.js programs, for WebGL, headless GL and `cpu`. Use createGpuBackend. */
export class GpuBackend extends GpuMachine implements Backend, OperatorMethods {
  readonly name = 'gpu';
  readonly abilities: Abilities;
  #pictures: GpuPictures | undefined;

  constructor(engine: Engine, device: Device, keptPrograms?: number) {
    super(engine, device, keptPrograms);
    this.#pictures = openPictures(engine, device);
    this.abilities = { programs: ['direct'], pictures: [], ...this.#pictures?.abilities };
  }

  /** GPU.js compiles for the kind of arguments of the first run, so its programs are compiled then, and kept by the machine. */
  prepare(job: Job): Executable {
    return job.operation === 'picture' ? this.#alive().prepare(job) : { job };
  }

  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[], parameters?: readonly number[]): boolean | Promise<boolean> {
    const { job } = executable;
    if (job.operation === 'picture') return this.#alive().run(executable, inputs, outputs);
    return runOperator(this, executable, inputs, outputs, parameters);
  }

  release(executable: Executable): void {
    if (executable.job.operation === 'picture') this.#pictures?.release(executable);
  }

  get devicePictures(): GpuPictures | undefined {
    return this.#pictures;
  }

  override dispose(): void {
    this.#pictures?.dispose();
    this.#pictures = undefined;
    super.dispose();
  }

  /** @throws UnsupportedError after the backend was disposed. Not called if there are no programs for images */
  #alive(): GpuPictures {
    if (!this.#pictures) throw new UnsupportedError('gpu', 'the backend was disposed of; create a new one');
    return this.#pictures;
  }

  conv(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    if (!bias) {
      this.withScratch(g.outChannels, (zeros) => this.conv(g, x, kernel, zeros, out));
      return;
    }
    this.#withPadding(g, x, (pg, px) => this.launch(`conv ${pg.key}`, () => convProgram(pg), [px, kernel, bias], out));
  }

  convInputGradient(g: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    // zero and constant padding do not depend on x
    if (g.paddingMode === 'zero' || g.paddingMode === 'constant' || !hasPadding(g)) {
      this.#inputGradient(g, gradient, kernel, out);
      return;
    }
    const pg = paddedGeometry(g);
    this.withScratch(g.batch * g.inChannels * sizeOf(pg.input), (padded) => {
      this.#inputGradient(pg, gradient, kernel, padded);
      this.launch(`fold ${g.key}`, () => foldProgram(g), [padded], out);
    });
  }

  convKernelGradient(g: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    this.#withPadding(g, x, (pg, px) => {
      const { parts } = reduction(g, out.length);
      this.#addParts(parts, out, (to) => this.launch(`convKernelGradient ${pg.key}`, () => kernelGradientProgram(pg), [px, gradient], to));
    });
  }

  convBiasGradient(g: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    const { parts } = reduction(g, out.length);
    this.#addParts(parts, out, (to) => this.launch(`convBiasGradient ${g.key}`, () => biasGradientProgram(g), [gradient], to));
  }

  maxPool(g: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    // two programs, because one returns one result
    this.launch(`maxPool ${g.key}`, () => winnersProgram(g), [x], winners);
    this.launch(`maxPool, winners' values ${g.key}`, () => gatherWinnersProgram(g), [x, winners], out);
  }

  maxPoolGradient(g: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    this.launch(`maxPoolGradient ${g.key}`, () => maxPoolGradientProgram(g), [gradient, winners], out);
  }

  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void {
    const run = (...numbers: DeviceBuffer[]) => this.launch(`${name} of ${out.length}`, () => pointwiseProgram(name, out.length), [...inputs, ...numbers], out);
    if (params.length === 0) run();
    else {
      this.withScratch(params.length, (numbers) => {
        this.write(numbers, Float32Array.from(params));
        run(numbers);
      });
    }
  }

  #inputGradient(g: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    if (g.stride.some((stride) => stride > 1)) {
      this.launch(`convInputGradient ${g.key}`, () => inputGradientProgram(g), [gradient, kernel], out);
      return;
    }
    this.#withPadding(transposedGeometry(g), gradient, (pg, padded) => {
      this.withScratch(g.inChannels, (zeros) => this.launch(`conv ${pg.key}`, () => convProgram(pg, true), [padded, kernel, zeros], out));
    });
  }

  /** Materializes the padding first, so that the programs need no bounds checks. */
  #withPadding(g: ConvGeometry, x: DeviceBuffer, use: (g: ConvGeometry, x: DeviceBuffer) => void): void {
    if (!hasPadding(g)) {
      use(g, x);
      return;
    }
    const pg = paddedGeometry(g);
    this.withScratch(g.batch * g.inChannels * sizeOf(pg.input), (padded) => {
      this.launch(`pad ${g.key}`, () => padProgram(g), [x], padded);
      use(pg, padded);
    });
  }

  /** Computes long sums in parallel parts, which is also more accurate. */
  #addParts(parts: number, out: DeviceBuffer, sum: (to: DeviceBuffer) => void): void {
    if (parts === 1) {
      sum(out);
      return;
    }
    this.withScratch(parts * out.length, (to) => {
      sum(to);
      this.launch(`add ${parts} parts of ${out.length}`, () => addPartsProgram(parts, out.length), [to], out);
    });
  }
}

function hasPadding(g: ConvGeometry): boolean {
  return [...g.before, ...g.after].some((cells) => cells !== 0);
}
