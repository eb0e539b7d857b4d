import type { ConvGeometry } from './geometry.js';
import type { PointwiseName } from './pointwise.js';

/** Numbers that live on a backend. Only the backend that made it can look inside. */
export interface DeviceBuffer {
  /** how many float32 values it holds */
  readonly length: number;
}

/** One kernel over an 8-bit picture, see {@link Backend.convBytes}. Taps of weight zero are left out. */
export interface BytesTask {
  /** depthwise over planes `[1, C, H, W]`, of stride 1, output as large as the input; not flipped: the weights are */
  readonly geometry: ConvGeometry;
  readonly bias: number;
  /** the last channel is alpha, and passes through */
  readonly keepsAlpha: boolean;
  /** only a picture of which no pixel lets anything through is filtered */
  readonly needsOpaque: boolean;
  /**
   * How: whole weights and a factor, where 16 bits hold every sum; the same weight everywhere; one window of weights; a row
   * and a column of at least three neighbors each, whose product is the window; the same in fixed point and without bias, both
   * symmetric, of a row times 2¹⁶ and a column times 2 to the power of `columnBits`, 16 to 22; by Fourier transform, for a window
   * of more than one row; or, of the sums a and b under two windows of whole weights, scale · √(a² + b²), without bias.
   */
  readonly weights:
    | {
        readonly kind: 'integer';
        readonly window: Int32Array;
        readonly scale: number;
        /** where there is such a way: product = (sum · 2^shift · factor + 2¹⁴) >> 15, and (product + 2^(bits − 1)) >> bits is scale · sum rounded, of every sum that gives a byte */
        readonly quotient?: { readonly shift: number; readonly factor: number; readonly bits: number };
      }
    | { readonly kind: 'box'; readonly weight: number }
    | { readonly kind: 'window'; readonly window: Float32Array }
    | { readonly kind: 'separable'; readonly row: Float32Array; readonly column: Float32Array }
    | { readonly kind: 'fixed'; readonly row: Int32Array; readonly column: Int32Array; readonly columnBits: number }
    | { readonly kind: 'fft'; readonly window: Float32Array }
    | { readonly kind: 'magnitude'; readonly windows: readonly [Int32Array, Int32Array]; readonly scale: number };
}

/**
 * Something that executes the operators on buffers of its own.
 *
 * The contract, the same for a GPU, WebAssembly and plain loops:
 * - buffers live on the backend; operators write into buffers that they are handed and never allocate a result;
 * - a call returns at once, and calls take effect in the order they were made: only {@link read} is asynchronous,
 *   so a training step is a list of calls that can be replayed;
 * - what depends on the geometry alone (programs, index tables) is prepared at the first call with it and kept;
 * - an output is overwritten whole, and is never one of the inputs, unless an operator says so;
 * - geometries are valid by construction: a backend validates nothing but its own limits.
 */
export interface Backend {
  readonly name: 'gpu' | 'wasm' | 'reference';
  /** What really runs underneath, e.g. `webgpu (NVIDIA …)`, `wasm simd, 4 threads`, `plain loops`. */
  readonly device: string;

  /** A new buffer; its contents are zero. @throws UnsupportedError when the memory is exhausted */
  allocate(length: number): DeviceBuffer;
  /** Copies values into a buffer of the same length. */
  write(buffer: DeviceBuffer, values: Float32Array): void;
  /** Waits for everything called so far and copies a buffer out. Failures of earlier calls appear here. */
  read(buffer: DeviceBuffer): Promise<Float32Array>;
  /** Gives a buffer back; it must not be used again. */
  free(buffer: DeviceBuffer): void;

  /** out[n, cout, o] = bias[cout] + Σ x[n, cin, o·stride + k·dilation] · kernel[cout, cin, k] */
  conv(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void;
  // The same by another algorithm, for kernels whose values allow it: the plan picks one. Optional: what a backend leaves
  // out is not offered.

  /** As {@link conv}, but weights of zero cost nothing, and what lies under them is not looked at: not even NaN shows. */
  convSparse?(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void;

  /**
   * As {@link conv}, for kernels of one input channel a group whose weights are all equal in each output channel: running
   * sums, at a cost that does not depend on the window's size.
   */
  convRunningSum?(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void;

  /**
   * As {@link conv}, by Fourier transform. Its error belongs to a whole tile: a few 1e-7 of the largest Σ |x · kernel| in it,
   * also where the sum itself is small. Where x or the kernel holds NaN or infinity it is `conv` that runs.
   */
  convFft?(geometry: ConvGeometry, x: DeviceBuffer, kernel: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void;

  /** The gradient with respect to x, in x's shape. `gradient` has the output's shape. */
  convInputGradient(geometry: ConvGeometry, gradient: DeviceBuffer, kernel: DeviceBuffer, out: DeviceBuffer): void;
  /** The gradient with respect to the kernel, in the kernel's shape. */
  convKernelGradient(geometry: ConvGeometry, x: DeviceBuffer, gradient: DeviceBuffer, out: DeviceBuffer): void;
  /** out[cout] = Σ over n and space of gradient[n, cout, …] */
  convBiasGradient(geometry: ConvGeometry, gradient: DeviceBuffer, out: DeviceBuffer): void;

  /**
   * The largest value of every window; padding never wins, the first of equals does, NaN wins over all.
   * `winners` has out's shape and receives which cell of the window won: (kd·KH + kh)·KW + kw.
   */
  maxPool(geometry: ConvGeometry, x: DeviceBuffer, out: DeviceBuffer, winners: DeviceBuffer): void;
  /** Every output's gradient goes to the cell that won; the rest is zero. */
  maxPoolGradient(geometry: ConvGeometry, gradient: DeviceBuffer, winners: DeviceBuffer, out: DeviceBuffer): void;

  /**
   * out[i] = formula(a[i], b[i] …; p, q …), a formula of the table `POINTWISE`.
   * Here alone `out` may be one of the inputs.
   */
  pointwise(name: PointwiseName, inputs: readonly DeviceBuffer[], params: readonly number[], out: DeviceBuffer): void;

  /**
   * Optional: one kernel over every channel of an interleaved 8-bit picture, from bytes to bytes, without a copy of the
   * picture in floats: bias + Σ w·x, rounded, half-way up, and clamped to 0…255. `out` may be `image`.
   * @returns false if the picture is not opaque as the task needs it; then nothing is written
   */
  convBytes?(task: BytesTask, image: Uint8ClampedArray, out: Uint8ClampedArray): boolean;

  /**
   * Optional: zeros in this backend's memory, if it can show that to the caller: then {@link convBytes} copies nothing from there to there.
   * Else they are an array like any other.
   * @throws UnsupportedError when the memory is exhausted
   */
  allocateBytes?(length: number): Uint8ClampedArray;
  /** Gives such an array back; it must not be used again. @returns false if it is none, or was given back before */
  freeBytes?(bytes: Uint8ClampedArray): boolean;

  /** Frees everything. The backend must not be used again. */
  dispose(): void;
}
