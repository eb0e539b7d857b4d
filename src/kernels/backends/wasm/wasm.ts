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
import { cores, obstacle } from './host.js';
import { type Job, ThreadPool } from './pool.js';
import { type ArgumentsOf, type Loaded, loadPrograms, POINTWISE_PROGRAMS, type Programs, type SharedProgram } from './programs.js';

/** Geometries whose tables are kept; the one unused for longest goes first. */
const KEPT_GEOMETRIES = 256;
/** Vectors may be read past the last value. */
const SLACK_BYTES = 64;

/** More than this, and threads get into each other's way: in memory bandwidth, or other work that the machine has to do. */
const DEFAULT_THREADS = 4;
/** A job is handed over and waited for in about 5 µs while the workers look out for it. */
const WORTH_SHARING_NS = 20_000;
/** What one multiply-add and one value that is read or written take, about, in nanoseconds. */
const NS = { product: 0.05, value: 0.15 };
/** The kernel's gradient is summed in so many parts, whatever the number of threads: the same bits for each. */
const GRADIENT_CHUNKS = 16;
/** Above this, parts of the sums cost more memory than they are worth: output channels are shared out instead, so many at a time. */
const LARGE_KERNEL = 65536;
const GRADIENT_CHANNELS = 16;

interface WasmBuffer extends DeviceBuffer {
  /** byte address; 0 once freed */
  pointer: number;
}

/** Parts of the scratch area: those that all threads use, those of the first thread, and how far on the next thread's are. */
interface Scratch {
  readonly common: readonly number[];
  readonly each: readonly number[];
  readonly bytes: number;
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

/**
 * AssemblyScript programs with 128-bit SIMD. Calls return when they are done, on however many threads; only the calling one
 * allocates. Buffers are ranges of the wasm memory.
 */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly device: string;
  readonly #threads: number;
  readonly #worthSharing: number;
  readonly #prepared = new Map<string, Kept>();
  #loaded: Loaded | undefined;
  #pool: ThreadPool | undefined;
  #scratch = { pointer: 0, bytes: 0 };

  /** Use {@link createWasmBackend}. */
  constructor(loaded: Loaded, pool?: ThreadPool, worthSharing = Infinity) {
    this.#loaded = loaded;
    this.#worthSharing = worthSharing;
    this.#pool = pool;
    this.#threads = pool?.threads ?? 1;
    this.device = `wasm simd, ${this.#threads} thread${this.#threads === 1 ? '' : 's'}`;
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
    this.#pool?.stop();
    this.#pool = undefined;
    this.#loaded = undefined;
    this.#prepared.clear();
  }

  conv(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const work = NS.product * productsOf(g);
    if (isLinear(g)) {
      this.#share('rowsByRows', [at(x), at(kernel), bias ? at(bias) : 0, at(out), g.batch, g.outChannels, g.inChannels * sizeOf(g.kernel)], {
        units: g.outChannels,
        step: 4,
        work,
      });
      return;
    }
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const scratch = this.#scratchFor([p.packedBytes], [p.stripBytes]);
    const [packed] = scratch.common;
    this.#pack(g, kernel, packed, false);
    this.#correlate(p, scratch, at(x), packed, false, bias, at(out), work);
  }

  convSparse(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const taps = kernel.length / g.outChannels;
    const scratch = this.#scratchFor([g.outChannels * (4 + 12 * taps)], [p.stripBytes]);
    const [packed] = scratch.common;
    this.#run.packSparse(at(kernel), packed, g.outChannels, taps, sizeOf(g.kernel), p.offsets, p.directOffsets, g.flip);
    this.#correlate(p, scratch, at(x), packed, true, bias, at(out), NS.value * (x.length + out.length));
  }

  convRunningSum(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const [strideW, dilationW] = [g.stride[2], g.dilation[2]];
    const scratch = this.#scratchFor([], [this.#run.runningSumScratch(p.pointer, strideW, dilationW)]);
    this.#share('runningSum', [scratch.each[0], p.pointer, at(x), at(kernel), bias ? at(bias) : 0, at(out), strideW, dilationW, p.tableW], {
      scratch: scratch.bytes,
      units: g.batch * g.outChannels,
      work: NS.value * (x.length + out.length),
    });
  }

  convFft(g: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
    const tiles = fftTiles(g);
    if (!tiles) throw new Error('the plan offers no Fourier transform for this geometry');
    const run = this.#run;
    if (!run.allFinite(at(x), x.length) || !run.allFinite(at(kernel), kernel.length)) {
      this.conv(g, x, kernel, bias, out);
      return;
    }
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const tiling = this.#prepareFft(g, tiles, p.tableW);
    const slices = (g.outChannels / g.groups) * (g.inChannels / g.groups) * g.kernel[0];
    const scratch = this.#scratchFor([slices * run.fftSpectrumBytes(tiling)], [run.fftScratch(p.pointer, tiling)]);
    const [[spectra], [tile]] = [scratch.common, scratch.each];
    const groupBytes = (4 * kernel.length) / g.groups;
    for (let group = 0; group < g.groups; group++) {
      const ours = at(kernel) + group * groupBytes;
      if (group === 0 || !run.sameBytes(ours, ours - groupBytes, groupBytes)) {
        this.#share('fftKernels', [tile, p.pointer, tiling, ours, spectra, Number(g.flip)], {
          scratch: scratch.bytes,
          units: slices,
          work: WORTH_SHARING_NS,
        });
      }
      this.#share('fftConv', [tile, p.pointer, tiling, at(x), spectra, bias ? at(bias) : 0, at(out), group], {
        scratch: scratch.bytes,
        units: run.fftTransforms(p.pointer, tiling),
        work: WORTH_SHARING_NS,
      });
    }
  }

  convInputGradient(g: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void {
    const work = NS.product * productsOf(g);
    if (isLinear(g)) {
      const inputs = g.inChannels * sizeOf(g.kernel);
      this.#share('stridedByRows', [at(gradient), g.outChannels, 1, at(kernel), at(out), g.batch, inputs, g.outChannels], { units: inputs, step: 8, work });
      return;
    }
    const p = this.#prepare(`convInputGradient ${g.key}`, () => inputGradientCorrelation(g));
    const folds = foldsGradient(g);
    const planes = g.batch * g.inChannels;
    const padded = g.input.map((n, axis) => n + g.before[axis] + g.after[axis]);
    const scratch = this.#scratchFor([p.packedBytes, folds ? 4 * planes * sizeOf(padded) : 0], [p.stripBytes]);
    const [packed, unfolded] = scratch.common;
    this.#pack(g, kernel, packed, true);
    this.#correlate(p, scratch, at(gradient), packed, false, null, folds ? unfolded : at(out), work);
    if (!folds) return;
    const [d, h, w] = this.#borderTables(g);
    this.#share('fold', [unfolded, at(out), d, padded[0], g.input[0], h, padded[1], g.input[1], w, padded[2], g.input[2]], {
      units: planes,
      work: 2 * NS.value * planes * sizeOf(padded),
    });
  }

  convKernelGradient(g: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void {
    const work = NS.product * productsOf(g);
    if (isLinear(g)) {
      const inputs = g.inChannels * sizeOf(g.kernel);
      this.#share('stridedByRows', [at(gradient), 1, g.outChannels, at(x), at(out), g.outChannels, inputs, g.batch], { units: inputs, step: 8, work });
      return;
    }
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    const large = out.length > LARGE_KERNEL;
    const chunks = large ? 1 : Math.min(GRADIENT_CHUNKS, p.strips);
    const blocks = large ? Math.ceil(g.outChannels / g.groups / GRADIENT_CHANNELS) : 1;
    const scratch = this.#scratchFor([chunks > 1 ? 4 * chunks * out.length : 0], [p.stripBytes, p.gradientRowBytes]);
    const [[sums], [strip, rowsOfG]] = [scratch.common, scratch.each];
    const to = chunks > 1 ? sums : at(out);
    this.#share('kernelGradient', [strip, rowsOfG - strip, p.pointer, at(x), at(gradient), to, Number(g.flip), chunks, blocks], {
      scratch: scratch.bytes,
      units: chunks * blocks,
      work,
    });
    if (chunks === 1) return;
    this.#share('sumChunks', [sums, chunks, out.length, at(out)], { units: out.length, step: 4, work: NS.value * chunks * out.length });
  }

  convBiasGradient(g: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void {
    this.#share('biasGradient', [at(gradient), at(out), g.batch, g.outChannels, sizeOf(g.output)], { units: g.outChannels, work: NS.value * gradient.length });
  }

  maxPool(g: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    this.#share('maxPool', [p.pointer, at(x), at(out), at(winners), g.stride[2], g.dilation[2], p.tableW], {
      units: g.batch * g.outChannels,
      work: NS.value * out.length * sizeOf(g.kernel),
    });
  }

  maxPoolGradient(g: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void {
    const p = this.#prepare(`conv ${g.key}`, () => forwardCorrelation(g));
    this.#share('maxPoolGradient', [p.pointer, at(gradient), at(winners), at(out), g.stride[2], p.tableW], {
      units: g.batch * g.outChannels,
      work: NS.value * (4 * gradient.length + out.length),
    });
  }

  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void {
    const [p = 0, q = 0, r = 0] = params;
    if (hasProgram(name)) {
      const [a, b = a, c = a] = inputs.map(at);
      this.#share(name, [a, b, c, at(out), p, q, r], { units: out.length, step: 16, work: NS.value * (inputs.length + 1) * out.length });
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
    const { layout } = p;
    const rowBytes = 4 * ceil4(g.output[2] * g.inChannels);
    const lists = tapLists(task, layout, rowBytes);
    const listBytes = lists.reduce((sum, list) => sum + list.byteLength, 0);
    const scratch = this.#scratchFor(
      [image.length, image.length, listBytes],
      [(cellBytes * p.stripBytes) / 4, layout.gatheredRows * rowBytes, layout.stripRows * rowBytes],
    );
    const [x, out, list] = scratch.common;
    const [strip, between, sums] = scratch.each;
    const { memory } = this.#live;
    new Uint8Array(memory.buffer, x, image.length).set(image);
    let end = list;
    const [first, second, third, fourth] = lists.map((values) => {
      new Int32Array(memory.buffer, end, values.length).set(new Int32Array(values.buffer, values.byteOffset, values.length));
      end += values.byteLength;
      return end - values.byteLength;
    });
    const job = { scratch: scratch.bytes, units: p.strips, work: NS.product * image.length * (lists[0].length + (lists[2]?.length ?? 0)) };
    if (weights.kind === 'integer') {
      const { plus, minus, others } = tapCounts(weights.window);
      this.#share('bytesInteger', [strip, p.pointer, x, out, first, plus, minus, others, second, weights.scale, bias, keep], job);
    } else {
      const taps = [lists[0].length, first, second, lists[2]?.length ?? 0, third ?? 0, fourth ?? 0] as const;
      const paired = Number(weights.kind === 'window' && isDense(task));
      this.#share('bytesFloat', [strip, between - strip, sums - strip, p.pointer, x, out, ...taps, paired, bias, keep], job);
    }
    // of shared memory the copy has to be made so
    return new Uint8ClampedArray(memory.buffer, out, image.length).slice();
  }

  #correlate(p: Prepared, scratch: Scratch, x: number, packed: number, sparse: boolean, bias: DeviceBuffer | null, out: number, work: number): void {
    this.#share('correlate', [scratch.each[0], p.pointer, x, packed, Number(sparse), bias ? at(bias) : 0, out], {
      scratch: scratch.bytes,
      units: p.strips,
      work,
    });
  }

  /** All units of a program, on all threads where that pays. */
  #share<P extends SharedProgram>(program: P, args: ArgumentsOf<P>, job: Job): void {
    const run = this.#run[program] as (...args: number[]) => void;
    if (this.#pool && job.work >= this.#worthSharing && job.units > (job.step ?? 1)) this.#pool.run(program, args, job);
    else run(...args, 0, job.units);
  }

  get #run(): Programs {
    return this.#live.programs;
  }

  get #live(): Loaded {
    if (!this.#loaded) throw new UnsupportedError('wasm', 'this backend was disposed of');
    this.#pool?.check();
    return this.#loaded;
  }

  /** A view is valid only until the next allocation: growing the memory detaches it, or leaves it short of what was added. */
  #floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#live.memory.buffer, pointer, length);
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
    new Int32Array(this.#live.memory.buffer, pointer, values.length).set(bits);
    return pointer;
  }

  /** One scratch area serves every call: parts that all threads use, and parts for each of them. It only grows. */
  #scratchFor(common: readonly number[], each: readonly number[]): Scratch {
    const [shared, own] = [common.map(roundUp), each.map(roundUp)];
    const [sharedBytes, ownBytes] = [sumOf(shared), sumOf(own)];
    const bytes = sharedBytes + this.#threads * ownBytes;
    if (bytes > this.#scratch.bytes) {
      if (this.#scratch.bytes > 0) this.#run.free(this.#scratch.pointer);
      this.#scratch = { pointer: 0, bytes: 0 };
      this.#scratch = { pointer: this.#allocate(bytes), bytes };
    }
    const { pointer } = this.#scratch;
    return { common: placed(shared, pointer), each: placed(own, pointer + sharedBytes), bytes: ownBytes };
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
 * @param threads how many, the calling one included. Default: one a core, at most 4, and 1 where threads cannot share memory
 * @param worthSharing nanoseconds that a job has to take, so that threads share it; tests have them share everything
 * @throws UnsupportedError where the engine has no WebAssembly with 128-bit SIMD, or not so many threads as asked for
 */
export async function createWasmBackend(threads?: number, worthSharing = WORTH_SHARING_NS): Promise<Backend> {
  const reason = obstacle();
  if (threads !== undefined && threads > 1 && reason)
    throw new UnsupportedError('createBackend', `threads must be 1 here, received ${threads}: ${reason}`, { threads });
  const count = reason ? 1 : (threads ?? Math.min(cores(), DEFAULT_THREADS));
  if (count > 1) {
    const loaded = await loadPrograms(true);
    try {
      return new WasmBackend(loaded, await ThreadPool.start(loaded, count), worthSharing);
    } catch (cause) {
      if (threads !== undefined)
        throw new UnsupportedError('createBackend', `${threads} threads could not be started: ${(cause as Error).message}`, { threads }, { cause });
    }
  }
  return new WasmBackend(await loadPrograms(false));
}

/** True if the kernel covers its whole input: one output per channel, so the convolution is a matrix product. */
function isLinear(g: ConvGeometry): boolean {
  const covers = g.kernel.every((size, axis) => size === g.input[axis] && g.before[axis] === 0 && g.after[axis] === 0);
  return covers && g.groups === 1 && !g.flip;
}

/** Multiply-adds of a convolution and of each of its gradients. */
function productsOf(g: ConvGeometry): number {
  return (sizeOf(g.outShape) * g.inChannels * sizeOf(g.kernel)) / g.groups;
}

function roundUp(bytes: number): number {
  return Math.ceil((bytes + SLACK_BYTES) / 64) * 64;
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Where each of some parts begins, one behind the other. */
function placed(sizes: readonly number[], pointer: number): number[] {
  let next = pointer;
  return sizes.map((size) => {
    next += size;
    return next - size;
  });
}

function hasProgram(name: PointwiseName): name is (typeof POINTWISE_PROGRAMS)[number] {
  return (POINTWISE_PROGRAMS as readonly string[]).includes(name);
}

function at(buffer: DeviceBuffer): number {
  const { pointer } = buffer as WasmBuffer;
  if (pointer === 0) throw new Error('a buffer was used after it was freed');
  return pointer;
}
