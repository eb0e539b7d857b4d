import { UnsupportedError } from '../../../errors.js';
import { MODULE } from './module.generated.js';

type PointwiseProgram = (a: number, b: number, c: number, out: number, length: number, p: number, q: number, r: number) => void;

/** The formulas that have a program of their own; the others run as loops over the memory. */
export const POINTWISE_PROGRAMS = ['adaptiveStep', 'affine', 'combine', 'leakyRelu', 'leakyReluGradient', 'multiply', 'multiplyAdd'] as const;

/** What the compiled module exports; pointers are byte addresses. Each program is documented in assembly/. */
export interface Programs extends Readonly<Record<(typeof POINTWISE_PROGRAMS)[number], PointwiseProgram>> {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  free(pointer: number): void;
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
    reverse: boolean,
  ): void;
  packSparse(kernel: number, packed: number, channels: number, taps: number, window: number, offsets: number, directOffsets: number, reverse: boolean): void;
  correlate(geometry: number, x: number, packed: number, sparse: boolean, bias: number, out: number, strip: number, from: number, to: number): void;
  bytesInteger(
    geometry: number,
    x: number,
    out: number,
    strip: number,
    offsets: number,
    plus: number,
    minus: number,
    others: number,
    weights: number,
    scale: number,
    bias: number,
    keep: number,
    from: number,
    to: number,
  ): void;
  bytesFloat(
    geometry: number,
    x: number,
    out: number,
    strip: number,
    between: number,
    sums: number,
    rowTaps: number,
    rowOffsets: number,
    rowWeights: number,
    columnTaps: number,
    columnOffsets: number,
    columnWeights: number,
    paired: boolean,
    bias: number,
    keep: number,
    from: number,
    to: number,
  ): void;
  kernelGradient(geometry: number, x: number, gradient: number, out: number, strip: number, rowsOfG: number, reverse: boolean, from: number, to: number): void;
  biasGradient(gradient: number, out: number, batch: number, channels: number, area: number): void;
  fold(
    padded: number,
    out: number,
    planes: number,
    tableD: number,
    PD: number,
    D: number,
    tableH: number,
    PH: number,
    H: number,
    tableW: number,
    PW: number,
    W: number,
  ): void;
  rowsByRows(a: number, b: number, bias: number, out: number, I: number, J: number, P: number): void;
  stridedByRows(a: number, stepI: number, stepP: number, b: number, out: number, I: number, J: number, P: number): void;
  fftScratch(geometry: number, tiling: number): number;
  fftConv(geometry: number, tiling: number, x: number, kernel: number, bias: number, out: number, scratch: number, reverse: boolean): void;
  allFinite(values: number, length: number): boolean;
  runningSumScratch(geometry: number, strideW: number, dilationW: number): number;
  runningSum(
    geometry: number,
    x: number,
    kernel: number,
    bias: number,
    out: number,
    scratch: number,
    strideW: number,
    dilationW: number,
    tableW: number,
    from: number,
    to: number,
  ): void;
  maxPool(geometry: number, x: number, out: number, winners: number, strideW: number, dilationW: number, tableW: number, from: number, to: number): void;
  maxPoolGradient(geometry: number, gradient: number, winners: number, out: number, strideW: number, tableW: number, from: number, to: number): void;
}

/** @throws UnsupportedError where the engine has no WebAssembly with 128-bit SIMD */
export async function loadPrograms(): Promise<Programs> {
  try {
    const bytes = Uint8Array.from(atob(MODULE), (character) => character.charCodeAt(0));
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return instance.exports as unknown as Programs;
  } catch (cause) {
    throw new UnsupportedError(
      'createBackend',
      `wasm needs WebAssembly with 128-bit SIMD, which this engine refuses: ${(cause as Error).message}`,
      {},
      { cause },
    );
  }
}
