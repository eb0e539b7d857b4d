import { UnsupportedError } from '../../../errors.js';

/** The formulas that have a program of their own; the others run as loops over the memory. */
export const POINTWISE_PROGRAMS = ['adaptiveStep', 'affine', 'combine', 'leakyRelu', 'leakyReluGradient', 'multiply', 'multiplyAdd'] as const;

/** The programs that threads share out: their last two arguments are `from` and `to`, and what scratch they need comes first. */
export const SHARED_PROGRAMS = [
  ...POINTWISE_PROGRAMS,
  'biasGradient',
  'bytesBox',
  'bytesFixed',
  'bytesFloat',
  'bytesInteger',
  'bytesMagnitude',
  'bytesSeparable',
  'correlate',
  'fftBytes',
  'fftConv',
  'fftKernels',
  'fold',
  'kernelGradient',
  'maxPool',
  'maxPoolGradient',
  'rowsByRows',
  'runningSum',
  'spread',
  'stridedByRows',
  'sumChunks',
  'winograd',
  'winogradKernels',
] as const;
export type SharedProgram = (typeof SHARED_PROGRAMS)[number];

type PointwiseProgram = (a: number, b: number, c: number, out: number, p: number, q: number, r: number, from: number, to: number) => void;

/** What the compiled module exports; pointers are byte addresses. Each program is documented in assembly/. */
export interface Programs extends Readonly<Record<(typeof POINTWISE_PROGRAMS)[number], PointwiseProgram>> {
  allocate(bytes: number): number;
  free(pointer: number): void;
  clear(pointer: number, bytes: number): void;
  packKernel(
    kernel: number,
    packed: number,
    groups: number,
    outChannels: number,
    inChannels: number,
    taps: number,
    groupStep: number,
    coutStep: number,
    cinStep: number,
    places: number,
  ): void;
  packSparse(kernel: number, packed: number, channels: number, taps: number, window: number, offsets: number, directOffsets: number, reverse: boolean): void;
  bytesSeparable(
    ring: number,
    lineAt: number,
    sumsAt: number,
    bytesAt: number,
    offsetsAt: number,
    geometry: number,
    x: number,
    out: number,
    pixel: number,
    kept: number,
    tileCells: number,
    bandRows: number,
    rowLength: number,
    halo: number,
    slots: number,
    rowTaps: number,
    rowOffsets: number,
    rowWeights: number,
    columnTaps: number,
    columnWeights: number,
    bias: number,
    from: number,
    to: number,
  ): void;
  correlate(strip: number, geometry: number, x: number, packed: number, sparse: number, bias: number, out: number, from: number, to: number): void;
  bytesInteger(
    strip: number,
    geometry: number,
    x: number,
    out: number,
    offsets: number,
    taps: number,
    plus: number,
    minus: number,
    weights: number,
    cross: number,
    whole: number,
    plain: number,
    shift: number,
    factor: number,
    bits: number,
    scale: number,
    bias: number,
    keep: number,
    from: number,
    to: number,
  ): void;
  bytesMagnitude(
    strip: number,
    geometry: number,
    x: number,
    out: number,
    offsets: number,
    taps: number,
    weights: number,
    scale: number,
    keep: number,
    from: number,
    to: number,
  ): void;
  bytesBox(
    sums: number,
    newAt: number,
    oldAt: number,
    lineAt: number,
    geometry: number,
    x: number,
    out: number,
    pixel: number,
    bandRows: number,
    weight: number,
    bias: number,
    keep: number,
    from: number,
    to: number,
  ): void;
  fftBytes(
    scratch: number,
    geometry: number,
    tiling: number,
    x: number,
    kernel: number,
    out: number,
    pixel: number,
    kept: number,
    bias: number,
    from: number,
    to: number,
  ): void;
  bytesFixed(
    tile: number,
    linesAt: number,
    pairsAt: number,
    bytesAt: number,
    geometry: number,
    x: number,
    out: number,
    pixel: number,
    kept: number,
    bandRows: number,
    lineCells: number,
    factor: number,
    columnPairs: number,
    columnWeights: number,
    rowPairs: number,
    rowWeights: number,
    rowStart: number,
    from: number,
    to: number,
  ): void;
  bytesFloat(
    tile: number,
    sumsAt: number,
    geometry: number,
    x: number,
    out: number,
    pixel: number,
    kept: number,
    tileCells: number,
    bandRows: number,
    rowLength: number,
    halo: number,
    taps: number,
    offsets: number,
    weights: number,
    paired: number,
    bias: number,
    from: number,
    to: number,
  ): void;
  kernelGradient(
    strip: number,
    stripBytes: number,
    geometry: number,
    x: number,
    gradient: number,
    sums: number,
    reverse: number,
    chunks: number,
    blocks: number,
    from: number,
    to: number,
  ): void;
  sumChunks(sums: number, chunks: number, length: number, out: number, from: number, to: number): void;
  biasGradient(gradient: number, out: number, batch: number, channels: number, area: number, from: number, to: number): void;
  fold(
    padded: number,
    out: number,
    tableD: number,
    PD: number,
    D: number,
    tableH: number,
    PH: number,
    H: number,
    tableW: number,
    PW: number,
    W: number,
    from: number,
    to: number,
  ): void;
  spread(
    part: number,
    out: number,
    plane: number,
    PD: number,
    PH: number,
    PW: number,
    stepD: number,
    stepH: number,
    stepW: number,
    from: number,
    to: number,
  ): void;
  rowsByRows(a: number, b: number, bias: number, out: number, I: number, J: number, P: number, from: number, to: number): void;
  stridedByRows(a: number, stepI: number, stepP: number, b: number, out: number, I: number, J: number, P: number, from: number, to: number): void;
  fftKernels(tile: number, geometry: number, tiling: number, kernel: number, spectra: number, reverse: number, from: number, to: number): void;
  fftConv(
    scratch: number,
    geometry: number,
    tiling: number,
    x: number,
    kernels: number,
    bias: number,
    out: number,
    group: number,
    from: number,
    to: number,
  ): void;
  fftScratch(geometry: number, tiling: number): number;
  fftSpectrumBytes(tiling: number): number;
  fftTransforms(geometry: number, tiling: number): number;
  sameBytes(a: number, b: number, bytes: number): boolean;
  allFinite(values: number, length: number): boolean;
  isOpaque(x: number, length: number, channels: number): boolean;
  runningSumScratch(geometry: number, strideW: number, dilationW: number): number;
  runningSum(
    scratch: number,
    geometry: number,
    x: number,
    kernel: number,
    bias: number,
    out: number,
    strideW: number,
    dilationW: number,
    tableW: number,
    from: number,
    to: number,
  ): void;
  winogradKernels(
    kernel: number,
    packed: number,
    outChannels: number,
    inChannels: number,
    coutStep: number,
    cinStep: number,
    reverse: number,
    from: number,
    to: number,
  ): void;
  winograd(
    strip: number,
    cellsAt: number,
    sumsAt: number,
    geometry: number,
    x: number,
    packed: number,
    offsets: number,
    tileRows: number,
    tiles: number,
    bias: number,
    out: number,
    from: number,
    to: number,
  ): void;
  maxPool(geometry: number, x: number, out: number, winners: number, strideW: number, dilationW: number, tableW: number, from: number, to: number): void;
  maxPoolGradient(geometry: number, gradient: number, winners: number, out: number, strideW: number, tableW: number, from: number, to: number): void;
}

/** The arguments of a program, but for `from` and `to`. */
export type ArgumentsOf<P extends SharedProgram> = P extends SharedProgram
  ? Programs[P] extends (...args: [...infer Args extends number[], number, number]) => void
    ? Args
    : never
  : never;

/** Pages of 64 KiB: 4 GiB, all that addresses of 32 bits can name. */
const MOST_PAGES = 65536;

/** The module, an instance of it, and the memory that other instances may share. */
export interface Loaded {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly programs: Programs;
}

/** A module that any engine with relaxed SIMD takes, and no other: (a, b, c) → f32x4.relaxed_madd(a, b, c). */
const RELAXED = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2, 0x0b],
);

/**
 * Where the engine has relaxed SIMD, sums are of fused multiply-adds: quicker by a twelfth, and other in their last bits.
 * @param shared with a memory that threads can share; the module is the same but for one byte, which says so
 * @throws UnsupportedError where the engine has no WebAssembly with 128-bit SIMD
 */
export async function loadPrograms(shared: boolean): Promise<Loaded> {
  try {
    const relaxed = WebAssembly.validate(RELAXED);
    const { MODULE, MEMORY_FLAGS } = await (relaxed ? import('./module-relaxed.generated.js') : import('./module.generated.js'));
    const bytes = Uint8Array.from(atob(MODULE), (character) => character.charCodeAt(0));
    if (shared) bytes[MEMORY_FLAGS] = 3;
    const memory = newMemory(shared);
    const { module, instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    return { module, memory, programs: instance.exports as unknown as Programs };
  } catch (cause) {
    throw new UnsupportedError(
      'createBackend',
      `wasm needs WebAssembly with 128-bit SIMD, which this engine refuses: ${(cause as Error).message}`,
      {},
      { cause },
    );
  }
}

function newMemory(shared: boolean): WebAssembly.Memory {
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared });
    } catch (cause) {
      // a shared memory never moves, so engines set its maximum apart at once, and may not have so much
      if (!shared || maximum <= MOST_PAGES / 16) throw cause;
    }
  }
}
