import { sizeOf } from '../../tensor.js';
import type { DeviceBuffer } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';
import type { ConvProgram } from '../job.js';
import type { Operators } from '../operators.js';

/** One run of a `conv` program on float planes. */
export interface Pass {
  readonly program: ConvProgram;
  readonly geometry: ConvGeometry;
  /** `geometry.kernelShape` */
  readonly kernel: Float32Array;
}

/** Runs one pass after the other; the last one adds the bias and fills `out`. */
export function runPasses(passes: readonly Pass[], on: Operators, x: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
  const held: DeviceBuffer[] = [];
  const hold = (length: number) => {
    held.push(on.allocate(length));
    return held[held.length - 1];
  };
  try {
    let from = x;
    for (const [i, { program, geometry, kernel }] of passes.entries()) {
      const last = i === passes.length - 1;
      const weights = hold(kernel.length);
      on.write(weights, kernel);
      const to = last ? out : hold(sizeOf(geometry.outShape));
      on.conv(geometry, from, weights, last ? bias : null, to, program);
      from = to;
    }
  } finally {
    for (const buffer of held) on.free(buffer);
  }
}
