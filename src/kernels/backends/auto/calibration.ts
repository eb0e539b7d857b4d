import type { Work } from '../../backend.js';

/** Measured speed of a GPU, of transfers to it, and of wasm on the same machine. */
export interface Calibration {
  /** Milliseconds until a program of one value has run and its result is read. */
  readonly roundTrip: number;
  /** milliseconds per additional program */
  readonly launch: number;
  /** bytes per millisecond to the device */
  readonly up: number;
  /** bytes per millisecond to the host */
  readonly down: number;
  /** bytes per millisecond that programs read or write */
  readonly copy: number;
  /** multiply-adds per millisecond of a 7 × 7 convolution */
  readonly multiplyAdds: number;
  /** milliseconds to compile a program */
  readonly compile: number;
  /** Measured time of wasm on this machine, with its threads, divided by the predicted time. */
  readonly wasm: number;
}

/** Predicted milliseconds on the GPU, without compiling. */
export function predictGpu({ up, down, bytes, multiplyAdds, launches }: Work, gpu: Calibration): number {
  const moving = up / gpu.up + down / gpu.down;
  return gpu.roundTrip + moving + gpu.launch * (launches - 1) + Math.max(bytes / gpu.copy, multiplyAdds / gpu.multiplyAdds);
}

/** An optimistic bound for all GPUs: shorter jobs do not justify searching for one. */
export const BEST: Calibration = { roundTrip: 0.25, launch: 0.005, up: 25e6, down: 25e6, copy: 3e9, multiplyAdds: 20e9, compile: 0, wasm: 1 };
