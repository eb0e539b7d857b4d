import { UnsupportedError } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import type { Backend, BytesTask, DeviceBuffer } from '../../backend.js';
import { borderTable } from '../../border.js';
import type { ConvGeometry } from '../../geometry.js';
import { type FftTiles, fftTiles } from '../../plan/fft-tiles.js';
import { applyPointwise, type PointwiseName } from '../../pointwise.js';
import { bytesCorrelation, isDense, tapCounts, tapLists } from './bytes.js';
import { type Correlation, ceil4, foldsGradient, forwardCorrelation, inputGradientCorrelation, type StripLayout, stripLayout } from './correlation.js';
import { tilingFields, twiddles } from './fft.js';
import { loadPrograms, POINTWISE_PROGRAMS, type Programs } from './programs.js';

/** Geometries whose tables are kept; the one unused for longest goes first. */
const KEPT_GEOMETRIES = 256;
/** Vectors may be read past the last value. */
const SLACK_BYTES = 64;

interface WasmBuffer extends DeviceBuffer {
  /** byte address; 0 once freed */
  pointer: number;
}

/** Something that is kept in wasm memory. */
interface Kept {
  readonly allocations: readonly number[];
}

/** A correlation whose tables lie in wasm memory. */
interface Prepared extends Kept {
  readonly pointer: number;
  readonly strips: number;
  readonly stripBytes: number;
  readonly packedBytes: number;
  readonly gradientRowBytes: number;
  readonly tableW: number;
  readonly offsets: number;
  readonly directOffsets: number;
  readonly layout: StripLayout;
}

/** AssemblyScript programs with 128-bit SIMD, on one thread. Calls run at once; buffers are ranges of the wasm memory. */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly device = 'wasm simd, 1 thread';
  readonly #prepared = new Map<string, Kept>();
  #programs: Programs | undefined;
  #scratch = { pointer: 0, bytes: 0 };

  /** Use {@link createWasmBackend}. */
  constructor(programs: Programs) {
    this.#programs = programs;
  }

  allocate(length: number): WasmBuffer {
    const pointer = this.#allocate(4 * length);
    this.#floats(pointer, length).fill(0);
    return { length, pointer };
  }

  write(buffer: DeviceBuffer, values: Float32Array): void {
    this.#floats(at(buffer), buffer.length).set(values);
  }

  async read(buffer: DeviceBuffer): Promise<Float32Array> {
    return this.#floats(at(buffer), buffer.length).slice();
  }

  free(buffer: DeviceBuffer): void {
    this.#run.free(at(buffer));
    (buffer as WasmBuffer).pointer = 0;
  }

  dispose(): void {
    this.#programs = undefined;
    this.#prepared.clear();
  }

  conv(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    if (isLinear(g)) {
      this.#run.rowsByRows(at(x), at(kernel), bias ? at(bias) : 0, at(out), g.batch, g.outChannels, g.inChannels * sizeOf(g.kernel));
      return;
    }
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const [strip, packed] = this.#scratchFor(p.stripBytes, p.packedBytes);
    this.#pack(g, kernel, packed, false);
    this.#run.correlate(p.pointer, at(x), packed, false, bias ? at(bias) : 0, at(out), strip, 0, p.strips);
  }

  convSparse(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const taps = kernel.length / g.outChannels;
    const [strip, packed] = this.#scratchFor(p.stripBytes, g.outChannels * (4 + 12 * taps));
    this.#run.packSparse(at(kernel), packed, g.outChannels, taps, sizeOf(g.kernel), p.offsets, p.directOffsets, g.flip);
    this.#run.correlate(p.pointer, at(x), packed, true, bias ? at(bias) : 0, at(out), strip, 0, p.strips);
  }

  convRunningSum(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const [strideW, dilationW] = [g.stride[2], g.dilation[2]];
    const [scratch] = this.#scratchFor(this.#run.runningSumScratch(p.pointer, strideW, dilationW));
    const planes = g.batch * g.outChannels;
    this.#run.runningSum(p.pointer, at(x), at(kernel), bias ? at(bias) : 0, at(out), scratch, strideW, dilationW, p.tableW, 0, planes);
  }

  convFft(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const tiles = fftTiles(g);
    if (!tiles) throw new Error('the plan offers no Fourier transform for this geometry');
    if (!this.#run.allFinite(at(x), x.length) || !this.#run.allFinite(at(kernel), kernel.length)) {
      this.conv(g, x, kernel, bias, out);
      return;
    }
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const tiling = this.#prepareFft(g, tiles, p.tableW);
    const [scratch] = this.#scratchFor(this.#run.fftScratch(p.pointer, tiling));
    this.#run.fftConv(p.pointer, tiling, at(x), at(kernel), bias ? at(bias) : 0, at(out), scratch, g.flip);
  }

  convInputGradient(g: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    if (isLinear(g)) {
      const inputs = g.inChannels * sizeOf(g.kernel);
      this.#run.stridedByRows(at(gradient), g.outChannels, 1, at(kernel), at(out), g.batch, inputs, g.outChannels);
      return;
    }
    const p = this.#prepare(`convInputGradient ${g.key}`, () => inputGradientCorrelation(g));
    const folds = foldsGradient(g);
    const planes = g.batch * g.inChannels;
    const padded = g.input.map((n, axis) => n + g.before[axis] + g.after[axis]);
    const [strip, packed, unfolded] = this.#scratchFor(p.stripBytes, p.packedBytes, folds ? 4 * planes * sizeOf(padded) : 0);
    this.#pack(g, kernel, packed, true);
    this.#run.correlate(p.pointer, at(gradient), packed, false, 0, folds ? unfolded : at(out), strip, 0, p.strips);
    if (!folds) return;
    const [d, h, w] = this.#borderTables(g);
    this.#run.fold(unfolded, at(out), planes, d, padded[0], g.input[0], h, padded[1], g.input[1], w, padded[2], g.input[2]);
  }

  convKernelGradient(g: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    if (isLinear(g)) {
      const inputs = g.inChannels * sizeOf(g.kernel);
      this.#run.stridedByRows(at(gradient), 1, g.outChannels, at(x), at(out), g.outChannels, inputs, g.batch);
      return;
    }
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const [strip, rows] = this.#scratchFor(p.stripBytes, p.gradientRowBytes);
    this.#floats(at(out), out.length).fill(0);
    this.#run.kernelGradient(p.pointer, at(x), at(gradient), at(out), strip, rows, g.flip, 0, p.strips);
  }

  convBiasGradient(g: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    this.#run.biasGradient(at(gradient), at(out), g.batch, g.outChannels, sizeOf(g.output));
  }

  maxPool(g: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    this.#run.maxPool(p.pointer, at(x), at(out), at(winners), g.stride[2], g.dilation[2], p.tableW, 0, g.batch * g.outChannels);
  }

  maxPoolGradient(g: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    this.#run.maxPoolGradient(p.pointer, at(gradient), at(winners), at(out), g.stride[2], p.tableW, 0, g.batch * g.outChannels);
  }

  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void {
    const [p = 0, q = 0, r = 0] = params;
    if (hasProgram(name)) {
      const [a, b = a, c = a] = inputs.map(at);
      this.#run[name](a, b, c, at(out), out.length, p, q, r);
    } else {
      const view = (buffer: DeviceBuffer) => this.#floats(at(buffer), buffer.length);
      applyPointwise(name, inputs.map(view), params, view(out));
    }
  }

  convBytes(task: BytesTask, image: Uint8ClampedArray): Uint8ClampedArray {
    const { geometry: g, bias, weights } = task;
    const keep = task.keepsAlpha ? g.inChannels : 0;
    const cellBytes = weights.kind === 'integer' ? 1 : 4;
    const p = this.#prepare(`bytes${cellBytes} ${g.key}`, () => bytesCorrelation(g), cellBytes);
    const rowBytes = 4 * ceil4(g.output[2] * g.inChannels);
    const lists = tapLists(task, p.layout, rowBytes);
    const listBytes = lists.reduce((sum, list) => sum + list.byteLength, 0);
    const parts = [image.length, image.length, (cellBytes * p.stripBytes) / 4, listBytes, p.layout.gatheredRows * rowBytes, p.layout.stripRows * rowBytes];
    const [x, out, strip, list, between, sums] = this.#scratchFor(...parts);
    const { memory } = this.#run;
    new Uint8Array(memory.buffer, x, image.length).set(image);
    let end = list;
    const [first, second, third, fourth] = lists.map((values) => {
      new Int32Array(memory.buffer, end, values.length).set(new Int32Array(values.buffer, values.byteOffset, values.length));
      end += values.byteLength;
      return end - values.byteLength;
    });
    if (weights.kind === 'integer') {
      const { plus, minus, others } = tapCounts(weights.window);
      this.#run.bytesInteger(p.pointer, x, out, strip, first, plus, minus, others, second, weights.scale, bias, keep, 0, p.strips);
    } else {
      const [rows, columns] = [lists[0].length, lists[2]?.length ?? 0];
      const paired = weights.kind === 'window' && isDense(task);
      this.#run.bytesFloat(p.pointer, x, out, strip, between, sums, rows, first, second, columns, third ?? 0, fourth ?? 0, paired, bias, keep, 0, p.strips);
    }
    return new Uint8ClampedArray(memory.buffer.slice(out, out + image.length));
  }

  get #run(): Programs {
    if (!this.#programs) throw new UnsupportedError('wasm', 'this backend was disposed of');
    return this.#programs;
  }

  /** A view is valid only until the next allocation: growing the memory detaches it. */
  #floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#run.memory.buffer, pointer, length);
  }

  #allocate(bytes: number): number {
    try {
      if (bytes >= 2 ** 30 - SLACK_BYTES) throw new RangeError('one buffer may hold at most 1 GiB');
      // wasm hands addresses over as signed numbers
      return this.#run.allocate(bytes + SLACK_BYTES) >>> 0;
    } catch (cause) {
      if (cause instanceof UnsupportedError) throw cause;
      const reason = cause instanceof RangeError ? cause.message : 'the wasm memory is exhausted (4 GiB at most)';
      throw new UnsupportedError('wasm', `cannot allocate ${bytes} bytes: ${reason}`, { bytes }, { cause });
    }
  }

  #store(values: Int32Array | Float32Array): number {
    const pointer = this.#allocate(values.byteLength);
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    new Int32Array(this.#run.memory.buffer, pointer, values.length).set(bits);
    return pointer;
  }

  /** One scratch area serves every call, cut into parts; it only grows. */
  #scratchFor(...parts: number[]): number[] {
    const sizes = parts.map((bytes) => Math.ceil((bytes + SLACK_BYTES) / 64) * 64);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (bytes > this.#scratch.bytes) {
      if (this.#scratch.bytes > 0) this.#run.free(this.#scratch.pointer);
      this.#scratch = { pointer: 0, bytes: 0 };
      this.#scratch = { pointer: this.#allocate(bytes), bytes };
    }
    let next = this.#scratch.pointer;
    return sizes.map((size) => {
      next += size;
      return next - size;
    });
  }

  #pack(g: ConvGeometry, kernel: DeviceBuffer, packed: number, transposed: boolean): void {
    const [cin, cout, taps] = [g.inChannels / g.groups, g.outChannels / g.groups, sizeOf(g.kernel)];
    if (transposed) this.#run.packKernel(at(kernel), packed, g.groups, cin, cout, taps, cout * cin * taps, taps, cin * taps, !g.flip);
    else this.#run.packKernel(at(kernel), packed, g.groups, cout, cin, taps, cout * cin * taps, cin * taps, taps, g.flip);
  }

  #borderTables(g: ConvGeometry): readonly number[] {
    return this.#keep(`border ${g.key}`, () => ({ allocations: ([0, 1, 2] as const).map((axis) => this.#store(borderTable(g, axis))) })).allocations;
  }

  #prepareFft(g: ConvGeometry, tiles: FftTiles, tableW: number): number {
    const [pointer] = this.#keep(`fft ${g.key}`, () => {
      const tables = [tiles.rows, tiles.columns].map((n) => this.#store(twiddles(n)));
      return { allocations: [this.#store(tilingFields(g, tiles, tableW, tables[0], tables[1])), ...tables] };
    }).allocations;
    return pointer;
  }

  #prepare(key: string, make: () => Correlation, cellBytes = 4): Prepared {
    return this.#keep(key, () => {
      const c = make();
      const layout = stripLayout(c, cellBytes);
      const { direct } = layout;
      const tables = [c.tables[0], c.tables[1], layout.columns, layout.offsets, direct.offsets, c.tables[2]].map((table) => this.#store(table));
      const [tableD, tableH, columns, offsets, directOffsets, tableW] = tables;
      // the fields of assembly/correlation.ts, in their order
      const fields = new Int32Array([
        ...[c.batch, c.groups, c.inChannels, c.outChannels],
        ...[...c.input, ...c.kernel, ...c.output],
        ...[c.stride[0], c.stride[1], c.dilation[0], c.dilation[1]],
        new Int32Array(Float32Array.of(c.value).buffer)[0],
        ...[tableD, tableH, columns, layout.columns.length],
        ...[layout.run.from, layout.run.to, layout.run.source],
        ...[layout.stripRows, layout.gatheredRows, layout.taps, offsets],
        ...[direct.from, direct.to, direct.source, directOffsets],
      ]);
      const pointer = this.#store(fields);
      return {
        pointer,
        strips: c.batch * c.groups * c.output[0] * Math.ceil(c.output[1] / layout.stripRows),
        stripBytes: 4 * layout.cells,
        packedBytes: 4 * c.groups * c.outChannels * layout.taps,
        gradientRowBytes: 4 * c.outChannels * layout.stripRows * ceil4(c.output[2]),
        tableW,
        offsets,
        directOffsets,
        layout,
        allocations: [pointer, ...tables],
      };
    });
  }

  /** The entry of that key, made if need be; the one unused for longest is dropped when there are too many. */
  #keep<T extends Kept>(key: string, make: () => T): T {
    const entry = (this.#prepared.get(key) as T | undefined) ?? make();
    this.#prepared.delete(key);
    this.#prepared.set(key, entry);
    if (this.#prepared.size > KEPT_GEOMETRIES) {
      const [oldest, { allocations }] = this.#prepared.entries().next().value as [string, Kept];
      this.#prepared.delete(oldest);
      for (const pointer of allocations) this.#run.free(pointer);
    }
    return entry;
  }
}

/**
 * Creates a backend that runs in WebAssembly.
 * @throws UnsupportedError where the engine has no WebAssembly with 128-bit SIMD
 */
export async function createWasmBackend(): Promise<Backend> {
  return new WasmBackend(await loadPrograms());
}

/** True if the kernel covers its whole input: one output per channel, so the convolution is a matrix product. */
function isLinear(g: ConvGeometry): boolean {
  const covers = g.kernel.every((size, axis) => size === g.input[axis] && g.before[axis] === 0 && g.after[axis] === 0);
  return covers && g.groups === 1 && !g.flip;
}

function hasProgram(name: PointwiseName): name is (typeof POINTWISE_PROGRAMS)[number] {
  return (POINTWISE_PROGRAMS as readonly string[]).includes(name);
}

function at(buffer: DeviceBuffer): number {
  const { pointer } = buffer as WasmBuffer;
  if (pointer === 0) throw new Error('a buffer was used after it was freed');
  return pointer;
}
